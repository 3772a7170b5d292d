"""`POST /api/uploads`: a picture as the body, or as the first file of a form; read no further than it may be long."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import BodyPartReader, hdrs, web

from contracts.message import Image
from hub.doors.asking import who
from hub.errors import BadRequestError, PictureTooLargeError
from hub.keys import HOUSE

MIB: Final = 1024 * 1024
PIECE_BYTES: Final = 64 * 1024
# What a form adds around its file.
FORM_BYTES: Final = 16 * 1024
# A slow phone sends the largest in less; whoever never ends would keep the room from others.
ARRIVES_WITHIN_S: Final = 180.0


async def send_picture(request: web.Request) -> Image:
    house = request.app[HOUSE]
    person = await who(request, "write")
    await house.limits.of(person, "uploads")
    await house.uploads.check(person)
    with house.uploads.room.taken(_size(request, house.uploads.most_bytes)):
        try:
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                data = await _read(request, house.uploads.most_bytes)
        except TimeoutError as error:
            raise BadRequestError("This picture takes too long to arrive.") from error
        return await house.uploads.take(data, person)


def _size(request: web.Request, most: int) -> int:
    """How many bytes may come. Raises PictureTooLargeError for what says that it is too long."""
    said = request.content_length
    if (said or 0) > most + FORM_BYTES * _is_form(request):
        raise PictureTooLargeError(_sentence(most))
    # What is packed says only how long it is before it is unpacked.
    return most if said is None or hdrs.CONTENT_ENCODING in request.headers else min(said, most)


def _is_form(request: web.Request) -> bool:
    return request.content_type == "multipart/form-data"


async def _read(request: web.Request, most: int) -> bytes:
    """Raises PictureTooLargeError, and BadRequestError for an empty body."""
    data = bytearray()
    async for piece in _pieces_of_form(request) if _is_form(request) else request.content.iter_chunked(PIECE_BYTES):
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
