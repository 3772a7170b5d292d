"""From a route to a handler: the call is performed, and what it gives is sent."""

import hashlib
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from contracts.wire import Wire
from hub.api.fields import fields
from hub.api.route import Route
from hub.calls import perform
from hub.doors.asking import who
from hub.keys import HOUSE


def handler(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """What aiohttp calls for a route."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if route.handler is not None:
            done = await route.handler(request)
        else:
            assert route.call is not None
            person = await who(request)
            done = await perform(request.app[HOUSE], person, route.call, await fields(request, route))
        return done if isinstance(done, web.StreamResponse) else _sent(request, route, done)

    return handle


def _sent(request: web.Request, route: Route, done: Wire) -> web.Response:
    """The answer; one to a GET has an ETag, and is left out when the client holds it already."""
    text = done.model_dump_json()
    headers = {"Location": route.location(done)} if route.location is not None else {}
    following = _next(request.rel_url, getattr(done, "next_cursor", None))
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if route.method == "GET":
        # A page holds the channel's revision, and so does this.
        etag = hashlib.sha256(text.encode()).hexdigest()[:32]
        headers |= {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        if _holds(request, etag):
            return web.Response(status=304, headers=headers)
    return web.json_response(text=text, status=route.status, headers=headers)


def _next(address: URL, cursor: str | None) -> str | None:
    """The same address one page further."""
    if cursor is None:
        return None
    kept = {name: value for name, value in address.query.items() if name not in ("before", "after")}
    return str(address.with_query({**kept, "cursor": cursor}))


def _holds(request: web.Request, etag: str) -> bool:
    return any(one.value in (etag, "*") for one in request.if_none_match or ())
