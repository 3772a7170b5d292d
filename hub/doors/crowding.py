"""How many connections one address may hold: sockets, streams, and whatever else is under way."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from hub.doors.asking import asked_from
from hub.keys import CONNECTIONS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def crowding(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A socket or a stream is a request that lasts."""
    with request.app[CONNECTIONS].taken(asked_from(request)):
        return await handler(request)
