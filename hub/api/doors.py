"""Puts the addresses of the API into the application, and closes everything else under `/api/`."""

import json
from functools import cache

from aiohttp import web

from hub.api import docs
from hub.api.answering import handler
from hub.api.openapi import document
from hub.api.routes import ROUTES


def add_api(app: web.Application) -> None:
    """Every route, its documents, and an end for what is none of them."""
    for route in ROUTES:
        app.router.add_route(route.method, route.path, handler(route))
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, handler(route))
    app.router.add_get("/api/openapi.json", _document)
    docs.add_docs(app)
    app.router.add_route("*", "/api/{rest:.*}", _nothing)
    app.on_response_prepare.append(_guarded)


async def _document(_request: web.Request) -> web.Response:
    return web.json_response(text=_text(), headers={"Cache-Control": "no-cache"})


@cache
def _text() -> str:
    return json.dumps(document(ROUTES), ensure_ascii=False)


async def _nothing(request: web.Request) -> web.StreamResponse:
    """No such address, or not with this method."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if resource.canonical.startswith("/api/") and resource.canonical != "/api/{rest}":
            allowed |= (await resource.resolve(request))[1]
    if allowed:
        raise web.HTTPMethodNotAllowed(request.method, sorted(allowed))
    raise web.HTTPNotFound


async def _guarded(request: web.Request, response: web.StreamResponse) -> None:
    """What needs a token is kept by nobody on the way, and nothing of it is taken for a page."""
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
