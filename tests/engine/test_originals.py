"""Pictures that people sent: what is opened, what is refused, and how each is brought to the model's size."""

import io
import struct
import zlib

import pytest
from PIL import Image

from engine.failures import BadRequestError
from engine.pictures.originals import MOST_PIXELS, fitted, opened, suiting

NAME = f"{'0' * 64}.png"


class Pipeline:
    """A pipeline that says only which size it was made for."""

    def __init__(self, latents: int | tuple[int, int]) -> None:
        self.default_sample_size = latents
        self.vae_scale_factor = 8


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def header_of_png(width: int, height: int) -> bytes:
    """A picture that says how large it is and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_pictures_as_browsers_send_them_are_opened(form: str) -> None:
    image = opened(NAME, encoded(Image.new("RGB", (30, 20), "red"), form)).image
    assert (image.mode, image.size) == ("RGB", (30, 20))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        encoded(Image.effect_noise((64, 64), 50))[:500],
        encoded(Image.effect_noise((64, 64), 50), "JPEG")[:500],
        encoded(Image.new("RGB", (8, 8)), "BMP"),
    ],
    ids=["empty", "text", "half a PNG", "half a JPEG", "another format"],
)
def test_what_is_no_picture_or_broken_is_a_bad_request(data: bytes) -> None:
    with pytest.raises(BadRequestError) as caught:
        opened(NAME, data)
    assert "cannot open" in caught.value.sentence


@pytest.mark.parametrize("height", [MOST_PIXELS // 10_000 + 1, 10_000, 20_000])
def test_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(height: int) -> None:
    with pytest.raises(BadRequestError) as caught:
        opened(NAME, header_of_png(10_000, height))
    assert "too large" in caught.value.sentence


def test_transparent_parts_become_white() -> None:
    assert opened(NAME, encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 0)))).image.getpixel((0, 0)) == (255, 255, 255)


def test_photo_of_a_turned_camera_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    assert opened(NAME, encoded(Image.new("RGB", (30, 20)), "JPEG", exif=exif)).image.size == (20, 30)


@pytest.mark.parametrize(
    ("latents", "shape", "size"),
    [
        (64, (1000, 1000), (512, 512)),
        (64, (1600, 900), (704, 384)),
        (64, (5000, 100), (704, 384)),
        (128, (900, 1600), (768, 1408)),
        ((64, 64), (30, 30), (512, 512)),
        (8, (256, 256), (64, 64)),
        (8, (300, 200), (80, 56)),
    ],
)
def test_size_keeps_shape_and_the_number_of_pixels_that_the_model_knows(
    latents: int | tuple[int, int], shape: tuple[int, int], size: tuple[int, int]
) -> None:
    assert suiting(Image.new("1", shape), Pipeline(latents)) == size


def test_what_stands_out_is_cut_off_evenly() -> None:
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (10, 0, 30, 20))
    assert set(fitted(image, (20, 20)).crop((2, 0, 18, 20)).get_flattened_data()) == {(0, 0, 255)}
