"""Pictures that others sent, to be painted over: opened with care and brought to a size that suits the model."""

import io
import math
from dataclasses import dataclass
from typing import Final

from diffusers import DiffusionPipeline
from PIL import Image, ImageOps

from contracts.wire import PictureName
from engine.failures import BadRequestError

FORMATS: Final = ("PNG", "WEBP", "JPEG")  # what a picture's name may end in
MOST_PIXELS: Final = 50_000_000  # more than cameras make, 150 MB when unpacked
# Longer pictures lose their ends: models know hardly any.
LONGEST_RATIO: Final = 2.0
USUAL_SIDE: Final = 512  # Stable Diffusion's; of the few pipelines that tell none
TOO_LARGE: Final = "That picture is too large for me. Please send a smaller one."
BROKEN: Final = "I cannot open that picture. Please send another one."


@dataclass(frozen=True)
class Original:
    """A picture that is painted over, RGB and upright."""

    name: PictureName
    image: Image.Image


def opened(name: PictureName, data: bytes) -> Original:
    """Raises BadRequestError for what is no picture, is broken, or would fill the memory when unpacked."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as file:
            if file.width * file.height > MOST_PIXELS:
                raise BadRequestError(f"{name} has {file.width} x {file.height} pixels", sentence=TOO_LARGE)
            return Original(name, _on_white(ImageOps.exif_transpose(file)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadRequestError(f"{name}: {error}", sentence=TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadRequestError(f"{name}: {error}", sentence=BROKEN) from error


def fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scaled to fill (width, height), with what stands out cut off evenly."""
    return ImageOps.fit(image, size, Image.Resampling.LANCZOS)


def suiting(image: Image.Image, pipeline: DiffusionPipeline) -> tuple[int, int]:
    """(width, height) of about the picture's shape and the number of pixels that the model was made for."""
    side = _own_side(pipeline)
    # Denoisers halve their latents, which are an eighth as large, up to three times.
    grid = max(8, side // 64 * 8)
    stretch = math.sqrt(min(max(image.width / image.height, 1 / LONGEST_RATIO), LONGEST_RATIO))
    return round(side * stretch / grid) * grid, round(side / stretch / grid) * grid


def _own_side(pipeline: DiffusionPipeline) -> int:
    """In pixels."""
    denoiser = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    of_denoiser = getattr(getattr(denoiser, "config", None), "sample_size", None)
    latents = getattr(pipeline, "default_sample_size", None) or of_denoiser
    if latents is None:
        return USUAL_SIDE
    side = latents if isinstance(latents, int) else max(latents)
    return int(side * getattr(pipeline, "vae_scale_factor", 8))


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
