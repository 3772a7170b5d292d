"""Pictures as answers: what was asked for, painted by a diffusion model."""

import base64
import secrets
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Final

from contracts.jobs import Job
from contracts.message import Parameters, PictureProgress
from contracts.wire import PictureName
from engine.allocation import keep_freed_memory
from engine.answers import Answer, Drawing, Fetch, Generation, Model, Snapshot, fetched
from engine.bots import Bot
from engine.device import Device, choose, loading
from engine.failures import BadRequestError, UnsafePictureError
from engine.kinds.diffusion import Painter, Picture, Wish
from engine.pictures.files import thumbnail
from engine.pictures.originals import Original, opened
from engine.pictures.previews import Previews
from engine.pictures.safety import Guard

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(steps=30, guidance=7.5, strength=0.6)
# Progress is shown four times a second: what is finished sooner shows none, and of more previews nobody would see each.
FIRST_PREVIEW_MS: Final = 250
PREVIEW_EVERY_MS: Final = 500
# One more than the largest that may be asked for.
SEEDS: Final = 2**53


def open_model(source: str, device: str) -> "Easel":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    keep_freed_memory()
    with loading(source):
        return Easel(source, choose(device))


class Easel(Model):
    """A loaded model, and the classifiers that its bots name. One answer at a time."""

    def __init__(self, source: str, device: Device) -> None:
        self._place = device.place
        self._painter = Painter(source, device.place, device.dtype)
        self._guards: dict[str, Guard] = {}

    @property
    def size_bytes(self) -> int:
        return self._painter.size_bytes + sum(guard.size_bytes for guard in self._guards.values())

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """A snapshot for each denoising step of all pictures, then these; without a request the title is painted.

        A picture that the message carries is painted over, or the one that the message answers if this bot made it.
        Each further picture has the next seed. Nothing is shown of what a classifier still has to see.
        """
        guard = self._guard(bot.safety)
        name = _painted_over(job)
        chosen = _chosen(bot, job, is_over=name is not None)
        original = None if name is None else opened(name, (yield from fetched(fetch, name)))
        wish = _wish(job, chosen, original)
        previews = None if guard else Previews(FIRST_PREVIEW_MS, PREVIEW_EVERY_MS)
        try:
            drawings = yield from self._drawings(wish, chosen.count or 1, bot.upscale, previews, guard)
        except (RuntimeError, ValueError) as error:
            # A size that a model cannot do shows somewhere in the middle of its layers.
            if wish.size is None and wish.original is None:
                raise
            raise BadRequestError(str(error)) from error
        yield Answer(
            "", parameters=chosen, model=self._painter.name, drawings=drawings, prompt=wish.prompt, seed=wish.seed
        )

    def _drawings(
        self, first: Wish, count: int, upscale: int, previews: Previews | None, guard: Guard | None
    ) -> Generator[Snapshot, None, tuple[Drawing, ...]]:
        drawings: list[Drawing] = []
        preview: str | None = None
        for wish in _series(first, count):
            with closing(self._painter.paint(wish, upscale=upscale, previews=previews)) as painting:
                for made in painting:
                    if isinstance(made, Picture):
                        drawings.append(_drawing(made, wish.prompt, guard))
                        continue
                    # Of the snapshots only the newest is shown, so each holds the last preview there was.
                    preview = _address(made.preview) or preview
                    step = len(drawings) * made.steps + made.step
                    yield Snapshot(picture=PictureProgress(step=step, steps=count * made.steps, preview=preview))
        return tuple(drawings)

    def _guard(self, source: str | None) -> Guard | None:
        if source is None:
            return None
        if source not in self._guards:
            self._guards[source] = Guard(source, self._place)
        return self._guards[source]


def _chosen(bot: Bot, job: Job, is_over: bool) -> Parameters:
    """Complete. Raises BadRequestError where more is asked than the bot may do."""
    if above := bot.limits.passed_by(job.parameters):
        raise BadRequestError(above, sentence=f"I can do {above}. Please ask for less.")
    chosen = bot.parameters_for(job, DEFAULTS)
    # What is painted over keeps its shape, unless the asker wants another.
    shape = job.parameters if is_over else chosen
    known: dict[str, object] = {
        # The limits bound the defaults of the kind too.
        "steps": min(chosen.steps or 1, bot.limits.steps),
        "seed": secrets.randbelow(SEEDS) if chosen.seed is None else chosen.seed,
        # One side alone means a square.
        "width": shape.width or shape.height,
        "height": shape.height or shape.width,
        "strength": chosen.strength if is_over else None,
    }
    return chosen.model_copy(update=known)


def _wish(job: Job, chosen: Parameters, original: Original | None) -> Wish:
    """The first picture."""
    width, height = chosen.width, chosen.height
    return Wish(
        prompt=job.request or job.title,
        steps=chosen.steps or 1,
        guidance=chosen.guidance or 0.0,
        seed=chosen.seed or 0,
        size=None if width is None or height is None else (width, height),
        negative_prompt=chosen.negative_prompt or "",
        original=original,
        strength=chosen.strength or 1.0,
    )


def _painted_over(job: Job) -> PictureName | None:
    *before, last = job.thread
    if last.images:
        return last.images[0]
    if before and before[-1].images and before[-1].author.casefold() == job.bot.casefold():
        return before[-1].images[0]
    return None


def _series(first: Wish, count: int) -> Iterator[Wish]:
    return (replace(first, seed=(first.seed + number) % SEEDS) for number in range(count))


def _drawing(picture: Picture, prompt: str, guard: Guard | None) -> Drawing:
    image = picture.image
    if guard and (label := guard.complaint(image)):
        raise UnsafePictureError(f"{guard.name}: {label}")
    small = thumbnail(image, len(picture.png))
    return Drawing(picture.png, image.width, image.height, alt=prompt, thumbnail=small)


def _address(webp: bytes | None) -> str | None:
    return None if webp is None else f"data:image/webp;base64,{base64.b64encode(webp).decode()}"
