"""What taking a picture promises: only pictures, nothing but their pixels, and never more than the limits."""

import asyncio
import hashlib
import io
import random
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from hub.api import uploads
from hub.errors import BrokenPictureError, PictureTooLargeError, TooManyRequestsError, UnsupportedPictureError
from hub.uploads import taking
from hub.uploads.encoding import MOST_PIXELS, encoded
from hub.uploads.taking import BODIES_AT_ONCE
from tests.client import Client, account_for
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.hub.pictures import drawn, looked_at, sent, uploaded
from tests.hub.rooms import ADMIN, open_house

SECRET = "my secret garden"


def with_everything(kind: str, orientation: int = 6) -> bytes:
    """A picture that says who took it, where and with what, and that is to be turned to the right."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    texts = PngInfo()
    texts.add_text("Comment", SECRET)
    xmp = f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    own: dict[str, Any] = {"PNG": {"pnginfo": texts}, "JPEG": {"comment": SECRET, "xmp": xmp}, "WEBP": {"xmp": xmp}}
    return drawn(kind, exif=exif.tobytes(), icc_profile=profile, **own[kind])


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil.html", f"<script>{SECRET}</script>")
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has next to nothing in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


async def test_a_picture_is_stored_by_the_hash_of_what_is_stored(hub: str) -> None:
    token = await account_for(hub, "alice")
    for kind, form in (("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("GIF", "png")):
        await is_stored(hub, token, kind, form)


async def is_stored(hub: str, token: str, kind: str, form: str) -> None:
    image = await uploaded(hub, token, drawn(kind, (1200, 600)))
    assert (image["width"], image["height"], image["name"].rpartition(".")[2]) == (1200, 600, form)
    status, headers, body = await looked_at(hub, image["name"], token)
    assert (status, hashlib.sha256(body).hexdigest()) == (200, image["name"].partition(".")[0])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Content-Type"] == {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}[form]
    assert await uploaded(hub, token, drawn(kind, (1200, 600))) == image
    _, _, small = await looked_at(hub, image["thumbnail"], token)
    with Image.open(io.BytesIO(small)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (512, 256))


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_but_the_pixels_is_kept_and_they_stand_upright(kind: str, orientation: int) -> None:
    made = encoded(with_everything(kind, orientation) + zipped())
    assert (made.width, made.height) == ((40, 24) if orientation == 1 else (24, 40))
    assert SECRET.encode() not in made.data + (made.thumbnail or b"")
    with Image.open(io.BytesIO(made.data)) as image:
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "Comment"} & set(image.info)
    assert not zipfile.is_zipfile(io.BytesIO(made.data))
    assert encoded(made.data).form == made.form


def test_every_orientation_is_turned_as_a_viewer_would() -> None:
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = io.BytesIO()
        image = Image.new("RGB", (40, 24))
        image.paste("red", (0, 0, 10, 6))
        image.save(file, "PNG", exif=exif.tobytes())
        with Image.open(file) as sent_one, Image.open(io.BytesIO(encoded(file.getvalue()).data)) as made:
            assert made.tobytes() == ImageOps.exif_transpose(sent_one).tobytes(), orientation


@pytest.mark.filterwarnings("ignore::UserWarning")  # of broken tags
def test_whatever_is_broken_in_a_picture_is_a_refusal_or_a_picture() -> None:
    chance = random.Random(3)
    whole = [*map(with_everything, ("PNG", "JPEG", "WEBP")), drawn("GIF"), drawn("PNG", mode="P", colour="red")]
    for _ in range(600):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(min(len(data), chance.choice((300, 10_000))))] = chance.randrange(256)
        with suppress(BrokenPictureError, PictureTooLargeError, UnsupportedPictureError):
            assert encoded(bytes(data)).data


def test_colours_of_another_profile_become_those_of_the_web() -> None:
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    as_sent = drawn("PNG", colour="#804020", icc_profile=swapped.tobytes())
    assert encoded(as_sent).data  # a profile that does not fit the pixels changes nothing
    file = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(file, "JPEG")
    with Image.open(io.BytesIO(encoded(file.getvalue()).data)) as image:
        assert image.mode == "RGB"
        red, green, _ = image.getpixel((4, 4))  # type: ignore[misc]
        assert red > 150 > green


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_sort_of_pixels_is_taken(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (8, 8), 1).save(file, "PNG")
    made = encoded(file.getvalue())
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.mode in ("RGB", "RGBA")
        assert (image.mode == "RGBA") == (mode in ("LA", "RGBA"))


REFUSED = (
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 415, "unsupported_picture"),
    (b"<!doctype html><script>alert(1)</script>", 415, "unsupported_picture"),
    (b"%PDF-1.7", 415, "unsupported_picture"),
    (zipped(), 415, "unsupported_picture"),
    (drawn("BMP"), 415, "unsupported_picture"),
    (b"GIF89a<script>alert(1)</script>", 422, "broken_picture"),
    (b"\x89PNG\r\n\x1a\n and the rest", 422, "broken_picture"),
    (b"\xff\xd8\xff and the rest", 422, "broken_picture"),
    (b"RIFF\x10\0\0\0WEBPVP8 nonsense", 422, "broken_picture"),
    (drawn("PNG", (300, 300))[:-60], 422, "broken_picture"),
    (drawn("JPEG", (300, 300))[:-600], 422, "broken_picture"),
    (bomb(100_000, 100_000), 413, "picture_too_large"),
    (bomb(10_000, MOST_PIXELS // 10_000 + 1), 413, "picture_too_large"),
    (bomb(5_000, 5_000), 422, "broken_picture"),
    (b"", 400, "bad_request"),
)


async def test_what_is_no_sound_picture_is_refused_by_what_it_holds(hub: str) -> None:
    token = await account_for(hub, "alice")
    for data, status, code in REFUSED:
        found, problem = await sent(hub, token, data, **{"Content-Type": "image/png"})
        assert (found, problem["code"]) == (status, code), (data[:40], problem)


async def test_a_form_is_taken_and_what_it_says_of_its_file_is_not_believed(hub: str) -> None:
    token = await account_for(hub, "alice")
    form = aiohttp.FormData()
    form.add_field("note", "not a file")
    form.add_field("file", drawn("PNG"), filename="../../evil.html", content_type="text/html")
    status, image = await sent(hub, token, form)
    assert (status, image["name"].rpartition(".")[2]) == (201, "png")
    without = aiohttp.FormData({"note": "no file at all"}, default_to_multipart=True)
    status, problem = await sent(hub, token, without)
    assert (status, problem["code"]) == (400, "bad_request")
    status, problem = await sent(hub, token, b"--x", **{"Content-Type": "multipart/form-data"})
    assert (status, problem["code"]) == (400, "bad_request")


async def test_more_than_the_limit_is_not_read(start_hub: StartHub) -> None:
    hub = await start_hub(hub_upload_mib=1)
    token = await account_for(hub, "alice")
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 65_536
            yield bytes(65_536)
            await asyncio.sleep(0)

    for data in (io.BytesIO(bytes(1024 * 1024 + 1)), endless()):
        try:
            status, problem = await sent(hub, token, data)
        except aiohttp.ClientError:
            continue
        assert (status, problem["code"]) == (413, "picture_too_large")
    assert read < 64 * 1024 * 1024


async def test_pictures_that_were_read_at_once_do_not_pile_up(
    connection_string: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_WAITING", 2)
    async with open_house(connection_string, tmp_path) as (_, house):
        sending = [house.uploads.take(drawn("PNG"), ADMIN) for _ in range(5)]
        answers = await asyncio.gather(*sending, return_exceptions=True)
    assert sum(isinstance(answer, TooManyRequestsError) for answer in answers) == 3


async def test_bodies_that_are_being_sent_do_not_fill_the_memory(start_hub: StartHub) -> None:
    hub = await start_hub(hub_upload_mib=1, hub_limit_uploads="off")
    token, may_end = await account_for(hub, "alice"), asyncio.Event()

    async def slow() -> Any:
        yield drawn("PNG")
        await may_end.wait()

    sending = [asyncio.create_task(sent(hub, token, slow())) for _ in range(BODIES_AT_ONCE + 1)]
    (refused,), others = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
    status, problem = await refused
    assert (status, problem["code"]) == (429, "too_many_requests")
    assert problem["retryAfterS"] >= 1
    may_end.set()
    assert {status for status, _ in await asyncio.gather(*others)} == {201}
    assert (await sent(hub, token, drawn("PNG")))[0] == 201


async def test_what_never_arrives_gives_its_room_back(start_hub: StartHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "ARRIVES_WITHIN_S", 0.01)
    hub = await start_hub()
    token, is_over = await account_for(hub, "alice"), asyncio.Event()

    async def never() -> Any:
        yield drawn("PNG")
        await is_over.wait()

    for _ in range(BODIES_AT_ONCE + 1):
        status, problem = await sent(hub, token, never())
        assert (status, problem["code"]) == (400, "bad_request")
    is_over.set()


async def test_who_is_not_logged_in_sends_nothing(hub: str, join: Join) -> None:
    assert (await sent(hub, None, drawn("PNG")))[0] == 401
    guest = await join(hub, "wanderer")
    assert (await sent(hub, guest.token, drawn("PNG")))[0] == 201


async def test_a_sent_picture_is_posted_and_shown_to_bots(alice: Client, hub: str, engine: EngineSide) -> None:
    image = await uploaded(hub, alice.token)
    posted = await alice.post("", bot="EchoBot", images=[image["name"]])
    assert posted["ok"], posted
    assert posted["message"]["images"] == [image]
    assert posted["message"]["text"] == ""
    job = await engine.thinks()
    assert job.thread[-1].images == (image["name"],)
    assert [list(one.images) for one in (await alice.history())[:1]] != [[]]
    assert (await alice.post(" "))["error"]["code"] == "empty_text"
    too_many = await alice.post("", images=[image["name"]] * 5)
    assert too_many["error"]["code"] == "bad_request"


async def test_what_was_never_sent_is_not_posted(alice: Client) -> None:
    for name in ("0" * 64 + ".png", "../uploads/x.png", "0" * 64 + ".svg", "", "0" * 64 + ".png/..", "due"):
        refused = await alice.post("look", images=[name])
        assert refused["error"]["code"] in ("not_found", "bad_request"), name
    assert await alice.history() == []
