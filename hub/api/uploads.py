"""`POST /api/uploads`: a picture as the body, or as the first file of a form; read no further than it may be long."""

from collections.abc import AsyncIterator
from typing import Final

from aiohttp import BodyPartReader, web

from contracts.message import Image
from hub.doors.asking import who
from hub.errors import BadRequestError, PictureTooLargeError
from hub.keys import HOUSE, SETTINGS

MIB: Final = 1024 * 1024
PIECE_BYTES: Final = 64 * 1024
# What a form adds around its file.
FORM_BYTES: Final = 16 * 1024


async def send_picture(request: web.Request) -> Image:
    house = request.app[HOUSE]
    person = await who(request, "write")
    await house.limits.of(person, "uploads")
    await house.uploads.check(person)
    data = await _read(request, request.app[SETTINGS].hub_upload_mib * MIB)
    return await house.uploads.take(data, person)


async def _read(request: web.Request, most: int) -> bytes:
    """Raises PictureTooLargeError, also for what only says that it is long, and BadRequestError for an empty body."""
    is_form = request.content_type == "multipart/form-data"
    if (request.content_length or 0) > most + FORM_BYTES * is_form:
        raise PictureTooLargeError(_sentence(most))
    data = bytearray()
    async for piece in _pieces_of_form(request) if is_form else request.content.iter_chunked(PIECE_BYTES):
        data += piece
        if len(data) > most:
            raise PictureTooLargeError(_sentence(most))
    if not data:
        raise BadRequestError("There is no picture in this request.")
    return bytes(data)


async def _pieces_of_form(request: web.Request) -> AsyncIterator[bytes]:
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.filename is not None:
                while piece := await part.read_chunk(PIECE_BYTES):
                    yield piece
                return
    except ValueError as error:
        raise BadRequestError("This form cannot be read.") from error


def _sentence(most: int) -> str:
    return f"A picture may have at most {most // MIB} MiB."
