"""Paints pictures with any diffusers text-to-image checkpoint, one denoising step for each pull."""

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

import diffusers
import torch
import transformers
from diffusers import AutoPipelineForImage2Image, AutoPipelineForText2Image, DiffusionPipeline
from PIL import Image

from engine.device import memory_watched
from engine.failures import BadRequestError, OutOfMemoryError
from engine.pictures import memory
from engine.pictures.files import png
from engine.pictures.originals import Original, fitted, suiting
from engine.pictures.previews import Previews
from engine.pictures.strokes import Latents, Strokes, known_to
from engine.provenance import version_of


@dataclass(frozen=True, slots=True)
class Step:
    """One denoising step is done; `preview` is a small WebP of the picture so far."""

    step: int
    steps: int
    preview: bytes | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture; the PNG's text chunks say how it was made."""

    png: bytes
    image: Image.Image


@dataclass(frozen=True, slots=True)
class Wish:
    """What to paint. `size` is (width, height), the model's own when None, or what suits the original.

    An `original` is painted over: of the steps only the share `strength` is taken, beginning with so much noise.
    """

    prompt: str
    steps: int
    guidance: float
    seed: int
    size: tuple[int, int] | None = None
    negative_prompt: str = ""
    original: Original | None = None
    strength: float = 1.0


class PainterBusyError(RuntimeError):
    """A painter's sampler remembers where it is in a picture, so a second one has to wait."""


class Painter:
    """A loaded model. One picture at a time."""

    def __init__(self, model: str, device: torch.device, dtype: torch.dtype) -> None:
        """`model` is a folder or an id of the model hub; raises OSError or ValueError if it cannot be loaded."""
        # Bars and remarks about optional parts would fill the log of a service.
        diffusers.utils.logging.disable_progress_bar()
        diffusers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        transformers.utils.logging.set_verbosity_error()
        # Safetensors only: a pickle could run anything.
        self._pipeline = AutoPipelineForText2Image.from_pretrained(model, dtype=dtype, use_safetensors=True)
        self._pipeline.set_progress_bar_config(disable=True)
        self._place = device
        self._fits = memory.put_on(self._pipeline, device, memory.free_bytes(device))
        self._is_sparing = False
        self.name = version_of(model, None)
        self._busy = threading.Lock()

    @property
    def size_bytes(self) -> int:
        return memory.weights_bytes(self._pipeline)

    def paint(
        self, wish: Wish, *, upscale: int = 1, previews: Previews | None = None
    ) -> Generator[Step | Picture, None, None]:
        """Yields a `Step` after each denoising step, then the `Picture`; to cancel, close the generator.

        The finished picture is `upscale` times as large as the wish says. The same wish on the same machine gives the
        same bytes, unless memory was short in between. What the model's pipeline does not know, such as a negative
        prompt, is left out. When memory is short, the steps begin again from the first, once.

        Raises PainterBusyError while another picture is not finished or closed, BadRequestError for an original that
        cannot be painted over, OutOfMemoryError, and UnsafePictureError by a checker that the checkpoint brings.
        """
        if not self._busy.acquire(blocking=False):
            raise PainterBusyError(f"{self.name} is painting another picture")
        try:
            # 1. Denoise, a step for each pull.
            pipeline, given = self._given(wish)
            image = yield from self._denoised(pipeline, given, wish, previews)
        finally:
            self._busy.release()
        # 2. Enlarge, and write down how it was made.
        image = image.resize((image.width * upscale, image.height * upscale), Image.Resampling.LANCZOS)
        notes = given | {"seed": wish.seed} | ({"image": wish.original.name} if wish.original else {})
        yield Picture(png(image, self.name, notes), image)

    def _given(self, wish: Wish) -> tuple[DiffusionPipeline, dict[str, object]]:
        """The pipeline, and what of the wish it knows."""
        pipeline, size = self._pipeline, wish.size
        over: dict[str, object] = {}
        if wish.original is not None:
            if int(wish.steps * wish.strength) < 1:
                raise BadRequestError(
                    f"no step at strength {wish.strength} of {wish.steps}",
                    sentence="So little strength leaves nothing to paint. Please ask for more of it, or more steps.",
                )
            pipeline = self._over
            size = size or suiting(wish.original.image, pipeline)
            over = {"image": fitted(wish.original.image, size), "strength": wish.strength}
        given: dict[str, object] = {
            "prompt": wish.prompt,
            "negative_prompt": wish.negative_prompt or None,
            "num_inference_steps": wish.steps,
            "guidance_scale": wish.guidance,
            "width": size and size[0],
            "height": size and size[1],
        }
        # Not all pipelines take None for what is left out.
        given = {name: value for name, value in (given | over).items() if value is not None}
        return pipeline, known_to(pipeline, given)

    def _denoised(
        self, pipeline: DiffusionPipeline, given: dict[str, object], wish: Wish, previews: Previews | None
    ) -> Generator[Step, None, Image.Image]:
        """Once more with less memory where it is short."""
        try:
            return (yield from self._strokes(pipeline, given, wish, previews))
        except OutOfMemoryError as error:
            if self._is_sparing:
                raise
            reason = str(error)
        # Only here, where nothing holds the error any more: its frames hold what the pipeline had in memory.
        self._is_sparing = True
        memory.spare(pipeline, reason)
        return (yield from self._strokes(pipeline, given, wish, previews))

    def _strokes(
        self, pipeline: DiffusionPipeline, given: dict[str, object], wish: Wish, previews: Previews | None
    ) -> Generator[Step, None, Image.Image]:
        if not self._fits:
            # Both pipelines share their parts, and with them the hooks that fetch and drop these.
            pipeline.enable_model_cpu_offload(device=self._place)
        # Decoding a preview would drop the denoiser that is just at work, or show what a checker has not seen.
        if not self._fits or getattr(pipeline, "safety_checker", None) is not None:
            previews = None
        with memory_watched(), closing(Strokes(pipeline, given, wish.steps, wish.seed)) as strokes:
            while isinstance(made := strokes.next(), Latents):
                preview = previews.due(pipeline, made.latents) if previews else None
                yield Step(made.step, made.steps, preview)
        return made

    @cached_property
    def _over(self) -> DiffusionPipeline:
        """The form of the pipeline that begins with a picture; the weights are the same."""
        try:
            over = AutoPipelineForImage2Image.from_pipe(self._pipeline)
        except ValueError as error:
            raise BadRequestError(
                str(error),
                sentence="I paint from words alone. Please ask me without a picture, in a message that answers none.",
            ) from error
        over.set_progress_bar_config(disable=True)
        return over
