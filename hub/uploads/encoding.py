"""A picture as somebody sent it, made into one of ours: upright, in sRGB, and without anything but its pixels."""

import io
import logging
from dataclasses import dataclass
from typing import Final, Literal

from PIL import ExifTags, Image, ImageCms, ImageOps

from hub.errors import BrokenPictureError, HubError, PictureTooLargeError, UnsupportedPictureError

log = logging.getLogger(__name__)

# More than cameras make; 200 MB when unpacked.
MOST_PIXELS: Final = 50_000_000
# What the engine still reads. An odd file may grow when it is written anew.
MOST_BYTES: Final = 20 * 1024 * 1024
# As the bots' own pictures have them.
THUMBNAIL_SIDE: Final = 512
THUMBNAIL_QUALITY: Final = 80
THUMBNAIL_EFFORT: Final = 2
QUALITY: Final = 90

Form = Literal["png", "jpg", "webp"]
# Of a moving picture the first frame is taken; a GIF becomes a PNG, which loses nothing.
FORM_OF: Final[dict[str, Form]] = {"PNG": "png", "GIF": "png", "JPEG": "jpg", "WEBP": "webp"}
SIXTEEN_BITS: Final = 1 / 256
ORIENTATION: Final = ExifTags.Base.Orientation
# By EXIF's orientation.
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Encoded:
    """A picture as it is stored, and a small WebP of it where that saves anything. Sizes in pixels."""

    form: Form
    data: bytes
    width: int
    height: int
    thumbnail: bytes | None


def encoded(data: bytes) -> Encoded:
    """Raises UnsupportedPictureError, PictureTooLargeError or BrokenPictureError. Takes seconds for a large picture."""
    kind = _kind(data)
    try:
        made = _encoded(data, kind)
    except HubError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLargeError(_too_many(None)) from error
    except Exception as error:
        # Decoders stumble over bad bytes in many ways: `TypeError` and `MemoryError` were seen, too.
        log.info("a picture could not be read: %r", error)
        raise BrokenPictureError("This picture is broken or incomplete.") from error
    if len(made.data) > MOST_BYTES:
        raise PictureTooLargeError("This picture is too large; please send a smaller one.")
    return made


def _encoded(data: bytes, kind: str) -> Encoded:
    file = Image.open(io.BytesIO(data), formats=[kind])
    if file.width * file.height > MOST_PIXELS:
        raise PictureTooLargeError(_too_many(file.width * file.height))
    image, form = _plain(file), FORM_OF[kind]
    stored, small = _written(image, form), _thumbnail(image)
    return Encoded(form, stored, image.width, image.height, small if len(small) < len(stored) else None)


def _kind(data: bytes) -> str:
    """By the first bytes: what a file is called, or says of itself, decides nothing."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    raise UnsupportedPictureError("Only PNG, JPEG, WebP and GIF pictures can be sent.")


def _too_many(pixels: int | None) -> str:
    told = f"; this one has {pixels / 1e6:.0f}" if pixels is not None else ""
    return f"A picture has at most {MOST_PIXELS // 1_000_000} megapixels{told}."


def _plain(file: Image.Image) -> Image.Image:
    """Pixels alone, RGB or RGBA of eight bits."""
    profile, turn = file.info.get("icc_profile"), _turn(file)
    file.load()
    image: Image.Image = file if turn is None else file.transpose(turn)
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda value: value * SIXTEEN_BITS).convert("L")
    if image.mode == "P" or (image.mode != "RGBA" and image.has_transparency_data):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if profile:
        image = _in_srgb(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    image.info = {}
    return image


def _turn(file: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright. Many cameras write tags that cannot be read: then it stays as it lies."""
    try:
        return TURNS.get(file.getexif().get(ORIENTATION, 1))
    except Exception as error:  # noqa: BLE001  tags are as broken as their writers like
        log.info("the tags of a picture could not be read: %r", error)
        return None


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture as it is if its profile is nonsense."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(image, own, SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return shown if shown is not None else image


def _written(image: Image.Image, form: Form) -> bytes:
    file = io.BytesIO()
    match form:
        case "png":
            image.save(file, "PNG")
        case "jpg":
            image.save(file, "JPEG", quality=QUALITY)
        case "webp":
            image.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def _thumbnail(image: Image.Image) -> bytes:
    small = image
    if max(image.size) > THUMBNAIL_SIDE:
        small = ImageOps.contain(image, (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    file = io.BytesIO()
    small.save(file, "WEBP", quality=THUMBNAIL_QUALITY, method=THUMBNAIL_EFFORT)
    return file.getvalue()
