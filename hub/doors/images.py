"""Pictures: by the hash of their bytes, so they never change. There is no listing, and no telling what is hidden."""

import re
from typing import Final

from aiohttp import hdrs, web
from azure.core.exceptions import ResourceNotFoundError

from contracts.names import IMAGES_CONTAINER
from contracts.wire import PICTURE_PATTERN
from hub.doors.asking import asked_from, who
from hub.errors import ForbiddenError, UnauthorizedError
from hub.keys import HOUSE, STORAGE
from hub.pictures.seeing import View

TYPES: Final = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg"}
FOR_EVER: Final = "public, max-age=31536000, immutable"
# Whoever is no member any more must not see it out of a cache.
ASK_AGAIN: Final = "private, no-cache"

routes = web.RouteTableDef()


@routes.get("/images/{name}")
async def image(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if not re.fullmatch(PICTURE_PATTERN, name):
        raise web.HTTPNotFound
    view = await _view(request, name)
    etag = f'"{name}"'
    headers = {
        "ETag": etag,
        "Cache-Control": FOR_EVER if view.is_public else ASK_AGAIN,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    if etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    blob = request.app[STORAGE].blobs.get_blob_client(view.container or IMAGES_CONTAINER, name)
    try:
        download = await blob.download_blob()
    except ResourceNotFoundError:
        raise web.HTTPNotFound from None
    response = web.StreamResponse(headers=headers)
    response.content_type = TYPES[name.rpartition(".")[2]]
    response.content_length = download.size
    await response.prepare(request)
    # Whatever follows the head of an answer to HEAD would be taken for the next answer.
    if request.method != hdrs.METH_HEAD:
        async for chunk in download.chunks():
            await response.write(chunk)
    await response.write_eof()
    return response


@routes.get("/images/{rest:.*}")
async def nothing(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


async def _view(request: web.Request, name: str) -> View:
    """Raises HTTPNotFound, or TooManyRequestsError. Who asks is of no interest where everybody may see: no login.

    What is not remembered as open to everybody costs a query, and names are quickly made up.
    """
    house = request.app[HOUSE]
    gallery = house.gallery
    if not gallery.is_known_to_be_public(name):
        await house.limits.use("calls", address=asked_from(request))
    view = await gallery.view(name, None)
    if view is None:
        try:
            view = await gallery.view(name, await who(request, "read"))
        except (UnauthorizedError, ForbiddenError):
            raise web.HTTPNotFound from None
    if view is None:
        raise web.HTTPNotFound
    return view
