"""Pictures as people send them, and the HTTP of sending and looking."""

import io
from collections.abc import Mapping
from typing import Any

import aiohttp
from PIL import Image


def drawn(kind: str, size: tuple[int, int] = (40, 24), colour: str = "red", mode: str = "RGB", **saved: Any) -> bytes:
    """A picture of one colour as a file."""
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **saved)
    return file.getvalue()


async def sent(address: str, token: str | None, data: Any, **headers: str) -> tuple[int, Any]:
    """The status and the answer of an upload."""
    headers = headers | ({"Authorization": f"Bearer {token}"} if token is not None else {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}/api/uploads", data=data, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def uploaded(address: str, token: str, data: bytes | None = None) -> dict[str, Any]:
    """The picture that was taken in."""
    status, image = await sent(address, token, drawn("PNG") if data is None else data)
    assert status == 201, image
    return dict(image)


async def looked_at(
    address: str, name: str, token: str | None = None, **headers: str
) -> tuple[int, Mapping[str, str], bytes]:
    """What somebody gets who asks for a picture."""
    headers = headers | ({"Authorization": f"Bearer {token}"} if token is not None else {})
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{address}/images/{name}", headers=headers) as answer,
    ):
        return answer.status, answer.headers, await answer.read()
