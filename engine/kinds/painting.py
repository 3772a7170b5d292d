"""Pictures as answers: what was asked for, painted by a diffusion model."""

import base64
import secrets
from collections.abc import Iterator
from typing import Final

from contracts.jobs import Job
from contracts.message import Parameters, PictureProgress
from engine.answers import Answer, Drawing, Generation, Snapshot
from engine.bots import Bot
from engine.device import Device, choose, loading, memory_watched
from engine.failures import BadRequestError
from engine.kinds.diffusion import Painter, Picture, Step
from engine.provenance import version_of

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(steps=30, guidance=7.5)
# More would be seen by nobody: progress is shown four times a second.
PREVIEW_EVERY_MS: Final = 500


def open_model(source: str, device: str) -> "Easel":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    with loading(source):
        return Easel(source, choose(device))


class Easel:
    """A loaded model. One picture at a time."""

    def __init__(self, source: str, device: Device) -> None:
        self._painter = Painter(source, device.place, device.dtype)
        self._name = version_of(source, None)

    def answer(self, bot: Bot, job: Job) -> Generation:
        """A snapshot for each denoising step, then the picture; without a request the title is painted."""
        chosen = bot.parameters_for(job, DEFAULTS)
        seed = secrets.randbelow(2**53) if chosen.seed is None else chosen.seed
        chosen = chosen.model_copy(update={"seed": seed})
        prompt = job.request or job.title
        preview: str | None = None
        try:
            with memory_watched():
                for made in self._painted(prompt, chosen, seed, bot.upscale):
                    if isinstance(made, Picture):
                        yield self._answer(made, prompt, chosen)
                    else:
                        # Of the snapshots only the newest is shown, so each holds the last preview there was.
                        preview = _address(made.preview) or preview
                        yield Snapshot(picture=PictureProgress(step=made.step, steps=made.steps, preview=preview))
        except (RuntimeError, ValueError) as error:
            # A size that a model cannot do shows somewhere in the middle of its layers.
            if job.parameters.width is None and job.parameters.height is None:
                raise
            raise BadRequestError(str(error)) from error

    def _painted(self, prompt: str, chosen: Parameters, seed: int, upscale: int) -> Iterator[Step | Picture]:
        """One side alone means a square."""
        width, height = chosen.width or chosen.height, chosen.height or chosen.width
        return self._painter.paint(
            prompt,
            steps=chosen.steps or 1,
            guidance=chosen.guidance or 0.0,
            seed=seed,
            size=None if width is None or height is None else (width, height),
            negative_prompt=chosen.negative_prompt or "",
            upscale=upscale,
            preview_every_ms=PREVIEW_EVERY_MS,
        )

    def _answer(self, picture: Picture, prompt: str, chosen: Parameters) -> Answer:
        drawing = Drawing(picture.png, picture.width, picture.height, alt=prompt)
        return Answer("", parameters=chosen, model=self._name, drawings=(drawing,), prompt=prompt, seed=chosen.seed)


def _address(webp: bytes | None) -> str | None:
    return None if webp is None else f"data:image/webp;base64,{base64.b64encode(webp).decode()}"
