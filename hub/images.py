"""Pictures: by the hash of their bytes, so they never change and are cached for ever. There is no listing."""

import re

from aiohttp import web
from azure.core.exceptions import ResourceNotFoundError

from contracts.names import IMAGES_CONTAINER
from contracts.wire import PICTURE_PATTERN
from hub.keys import STORAGE

TYPES = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg"}

routes = web.RouteTableDef()


@routes.get("/images/{name}")
async def image(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if not re.fullmatch(PICTURE_PATTERN, name):
        raise web.HTTPNotFound
    etag = f'"{name}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    if etag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    blob = request.app[STORAGE].blobs.get_blob_client(IMAGES_CONTAINER, name)
    try:
        download = await blob.download_blob()
    except ResourceNotFoundError:
        raise web.HTTPNotFound from None
    response = web.StreamResponse(headers=headers)
    response.content_type = TYPES[name.rpartition(".")[2]]
    response.content_length = download.size
    await response.prepare(request)
    async for chunk in download.chunks():
        await response.write(chunk)
    await response.write_eof()
    return response


@routes.get("/images/{rest:.*}")
async def nothing(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound
