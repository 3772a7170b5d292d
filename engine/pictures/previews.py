"""Small pictures of what is being painted, as often as somebody may see one."""

import io
import time
from typing import Final

import torch
from diffusers import DiffusionPipeline
from PIL import Image
from torch.nn.functional import interpolate

from engine.pictures.files import WEBP_EFFORT

PREVIEW_BYTES: Final = 12 * 1024  # many of them share one queue message of 64 KiB
SIDE: Final = 192  # pixels; enough to see what is coming
LATENTS: Final = 24  # a side: as many as make `SIDE` pixels
SHARE: Final = 0.01  # of the time; at each step of Stable Diffusion 1.5 it would be a fifth
QUALITIES: Final = (70, 40, 15)  # WebP; the noise of the first steps hardly shrinks at the best one


class Previews:
    """Of one answer; `first_ms` after it began and then at most one in `every_ms`, and less often where one is dear."""

    def __init__(self, first_ms: int, every_ms: int) -> None:
        self._every_s = every_ms / 1000
        self._due_s = time.monotonic() + first_ms / 1000

    def due(self, pipeline: DiffusionPipeline, latents: torch.Tensor) -> bytes | None:
        """A small WebP of unfinished latents, if it is time for one and the pipeline's latents can be shown."""
        # Looking at latents waits for the step that makes them on a card, which is none of the preview's time.
        if time.monotonic() < self._due_s or not latents.isfinite().all():
            return None
        began_s = time.monotonic()
        preview = _preview(pipeline, latents)
        now_s = time.monotonic()
        self._due_s = now_s + max(self._every_s, (now_s - began_s) / SHARE)
        return preview


@torch.no_grad()
def _preview(pipeline: DiffusionPipeline, latents: torch.Tensor) -> bytes | None:
    """None where the latents are packed, or their decoding overflows in half precision."""
    vae = getattr(pipeline, "vae", None)
    if vae is None or latents.ndim != 4:
        return None
    shrink = min(1.0, LATENTS / max(latents.shape[2:]))
    small = interpolate(latents.float(), size=[max(1, round(side * shrink)) for side in latents.shape[2:]], mode="area")
    unscaled = small / vae.config.scaling_factor + (vae.config.get("shift_factor") or 0)
    decoded = vae.decode(unscaled.to(vae.dtype)).sample[0]  # (3, height, width)
    if not decoded.isfinite().all():
        return None
    pixels = ((decoded.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()
    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE))
    return _small_webp(image)


def _small_webp(image: Image.Image) -> bytes | None:
    for quality in QUALITIES:
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=WEBP_EFFORT)
        if file.tell() <= PREVIEW_BYTES:
            return file.getvalue()
    return None
