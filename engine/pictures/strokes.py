"""Runs a pipeline of diffusers, which can only call back, one denoising step at a time."""

import inspect
from dataclasses import dataclass

import torch
from diffusers import DiffusionPipeline
from greenlet import getcurrent, greenlet
from PIL import Image

from engine.failures import UnsafePictureError


@dataclass(frozen=True, slots=True)
class Latents:
    """One denoising step is done."""

    step: int
    steps: int
    latents: torch.Tensor  # (1, channels, height, width), or packed by pipelines of transformers


class Strokes:
    """The pipeline runs in a greenlet, and its callback goes back to whoever pulled: both are in one thread.

    A second thread that computes would have a second team of OpenMP, which made a picture of small layers take almost
    three times as long: see `Turns`.
    """

    def __init__(self, pipeline: DiffusionPipeline, wishes: dict[str, object], steps: int, seed: int) -> None:
        self._pipeline = pipeline
        self._wishes = wishes
        self._steps = steps
        self._seed = seed
        self._painter = greenlet(self._paint)

    def next(self) -> Latents | Image.Image:
        """Lets the pipeline take its next step; what goes wrong in it is raised here."""
        self._painter.parent = getcurrent()
        made: Latents | Image.Image = self._painter.switch()
        return made

    def close(self) -> None:
        """Leaves the pipeline where it is; in the thread that pulled."""
        if not self._painter.dead:
            self._painter.parent = getcurrent()
            self._painter.throw()

    def _paint(self) -> Image.Image:
        # Noise from the CPU's generator is the same for every device.
        noise = torch.Generator("cpu").manual_seed(self._seed)
        # Old pipelines call back in another way; the few that never do paint in one go.
        callback = known_to(self._pipeline, {"callback_on_step_end": self._step_done}) or known_to(
            self._pipeline, {"callback": self._old_step_done, "callback_steps": 1}
        )
        painted = self._pipeline(**self._wishes, **callback, generator=noise)
        # A checkpoint that brings a checker of its own blackens what that finds.
        if any(getattr(painted, "nsfw_content_detected", None) or ()):
            raise UnsafePictureError("found by the checkpoint's own checker")
        image: Image.Image = painted.images[0]
        return image

    def _step_done(
        self, pipeline: DiffusionPipeline, index: int, _time: object, tensors: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        # Some samplers take more steps than they are asked for, and most pipelines say so.
        steps = getattr(pipeline, "num_timesteps", self._steps)
        self._painter.parent.switch(Latents(index + 1, steps, tensors["latents"]))
        return tensors

    def _old_step_done(self, index: int, _time: object, latents: torch.Tensor) -> None:
        self._step_done(self._pipeline, index, _time, {"latents": latents})


def known_to(pipeline: DiffusionPipeline, wishes: dict[str, object]) -> dict[str, object]:
    """Those of the wishes that the pipeline has a parameter for."""
    parameters = inspect.signature(type(pipeline).__call__).parameters
    return {name: wish for name, wish in wishes.items() if name in parameters}
