"""Paints pictures with any diffusers text-to-image checkpoint, one denoising step for each pull."""

import inspect
import io
import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import diffusers
import torch
import transformers
from diffusers import AutoPipelineForText2Image, DiffusionPipeline
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch.nn.functional import interpolate

from engine.provenance import version_of

PREVIEW_BYTES = 12 * 1024  # many of them share one queue message of 64 KiB
PREVIEW_SIDE = 192  # pixels; enough to see what is coming
PREVIEW_LATENTS = 24  # a side; decoding no more than these costs little beside a step of a large model
PREVIEW_QUALITIES = (70, 40, 15)  # WebP; the noise of the first steps hardly shrinks at the best one


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
    width: int
    height: int
    seed: int


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
        # Safetensors only: a pickle could run anything.
        loaded = AutoPipelineForText2Image.from_pretrained(model, dtype=dtype, use_safetensors=True)
        self._pipeline: DiffusionPipeline = loaded.to(device)
        self._pipeline.set_progress_bar_config(disable=True)
        self.name = version_of(model, None)
        self._busy = threading.Lock()

    def paint(
        self,
        prompt: str,
        *,
        steps: int,
        guidance: float,
        seed: int,
        size: tuple[int, int] | None = None,
        negative_prompt: str = "",
        upscale: int = 1,
        preview_every_ms: int | None = None,
    ) -> Iterator[Step | Picture]:
        """Yields a `Step` after each denoising step, then the `Picture`; to cancel, close the iterator.

        `size` is (width, height), the model's own when None; the finished picture is `upscale` times as large.
        The same arguments on the same machine give the same bytes. What the model's pipeline does not know, such as
        a negative prompt, is left out. Raises PainterBusyError while another picture is not finished or closed.
        """
        if not self._busy.acquire(blocking=False):
            raise PainterBusyError(f"{self.name} is painting another picture")
        wishes: dict[str, object] = {
            "prompt": prompt,
            "negative_prompt": negative_prompt or None,
            "num_inference_steps": steps,
            "guidance_scale": guidance,
            "width": size and size[0],
            "height": size and size[1],
        }
        wishes = _known_to(self._pipeline, wishes)
        try:
            with closing(_Strokes(self._pipeline, wishes, steps, seed)) as strokes:
                # 1. Denoise, a step for each pull.
                preview_due_s = 0.0
                while isinstance(made := strokes.next(), _Latents):
                    preview = None
                    if preview_every_ms is not None and time.monotonic() >= preview_due_s:
                        preview = _preview(self._pipeline, made.latents)
                        preview_due_s = time.monotonic() + preview_every_ms / 1000
                    yield Step(made.step, made.steps, preview)
        finally:
            self._busy.release()
        # 2. Enlarge, and write down how it was made.
        image = made.resize((made.width * upscale, made.height * upscale), Image.Resampling.LANCZOS)
        yield Picture(_png(image, self.name, wishes, seed), image.width, image.height, seed)


@dataclass(frozen=True, slots=True)
class _Latents:
    step: int
    steps: int
    latents: torch.Tensor  # (1, channels, height, width), or packed by pipelines of transformers


class _ClosedError(Exception):
    """Raised inside the pipeline to leave it between two steps."""


class _Strokes:
    """Runs a pipeline, which can only call back, in a thread that takes one step for each `next`."""

    def __init__(self, pipeline: DiffusionPipeline, wishes: dict[str, object], steps: int, seed: int) -> None:
        self._pipeline = pipeline
        self._wishes = wishes
        self._steps = steps
        self._seed = seed
        self._made: queue.SimpleQueue[_Latents | Image.Image | Exception] = queue.SimpleQueue()
        self._turn = threading.Semaphore(0)
        self._closed = False
        # A daemon, so that a picture nobody pulls any more cannot hold up the end of the process.
        self._thread = threading.Thread(target=self._run, name="painter", daemon=True)
        self._thread.start()

    def next(self) -> _Latents | Image.Image:
        """Lets the pipeline take its next step; what goes wrong in it is raised here."""
        self._turn.release()
        made = self._made.get()
        if isinstance(made, Exception):
            raise made
        return made

    def close(self) -> None:
        """Returns when the thread has ended, at most one step later."""
        self._closed = True
        self._turn.release()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._wait_for_turn()
            # Noise from the CPU's generator is the same for every device.
            noise = torch.Generator("cpu").manual_seed(self._seed)
            # The few old pipelines that know no callback paint in one go.
            callback = _known_to(self._pipeline, {"callback_on_step_end": self._step_done})
            painted = self._pipeline(**self._wishes, **callback, generator=noise)
            self._made.put(painted.images[0])
        except _ClosedError:
            pass
        except Exception as error:  # noqa: BLE001 — handed over, and raised by `next`
            self._made.put(error)

    def _step_done(
        self, pipeline: DiffusionPipeline, index: int, _time: object, tensors: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        # Some samplers take more steps than they are asked for, and most pipelines say so.
        steps = getattr(pipeline, "num_timesteps", self._steps)
        self._made.put(_Latents(index + 1, steps, tensors["latents"]))
        self._wait_for_turn()
        return tensors

    def _wait_for_turn(self) -> None:
        self._turn.acquire()
        if self._closed:
            raise _ClosedError


def _known_to(pipeline: DiffusionPipeline, wishes: dict[str, object]) -> dict[str, object]:
    parameters = inspect.signature(type(pipeline).__call__).parameters
    return {name: wish for name, wish in wishes.items() if name in parameters}


@torch.no_grad()
def _preview(pipeline: DiffusionPipeline, latents: torch.Tensor) -> bytes | None:
    """A small WebP of unfinished latents; None where they are packed, or overflow in half precision."""
    vae = getattr(pipeline, "vae", None)
    if vae is None or latents.ndim != 4:
        return None
    shrink = PREVIEW_LATENTS / max(latents.shape[2:])
    small = interpolate(latents.float(), scale_factor=shrink, mode="area") if shrink < 1 else latents
    unscaled = small / vae.config.scaling_factor + (vae.config.get("shift_factor") or 0)
    decoded = vae.decode(unscaled.to(vae.dtype)).sample[0]  # (3, height, width)
    if not decoded.isfinite().all():
        return None
    pixels = ((decoded.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()
    image = Image.fromarray(pixels)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return _small_webp(image)


def _small_webp(image: Image.Image) -> bytes | None:
    for quality in PREVIEW_QUALITIES:
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality)
        if file.tell() <= PREVIEW_BYTES:
            return file.getvalue()
    return None


def _png(image: Image.Image, model: str, wishes: dict[str, object], seed: int) -> bytes:
    """The keywords are those of the PNG specification, so that any viewer shows them."""
    notes = PngInfo()
    notes.add_itxt("Description", str(wishes["prompt"]))
    notes.add_itxt("Source", model)
    notes.add_itxt("Software", f"diffusers {diffusers.__version__}")
    notes.add_itxt("Comment", json.dumps({**wishes, "model": model, "seed": seed}, ensure_ascii=False))
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=notes)
    return file.getvalue()
