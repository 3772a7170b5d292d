"""The hub from top to bottom: what it holds, in the order in which it starts; it stops in the reverse order."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import socketio
from aiohttp import web
from azure.core.exceptions import ResourceExistsError

from contracts.names import CONTAINERS
from contracts.pace import Pace
from contracts.storage import open_storage
from hub.api.doors import add_api
from hub.building import build
from hub.doors import health, images
from hub.doors.cookies import Cookies
from hub.doors.crowding import crowding
from hub.doors.json_bodies import MOST_BYTES
from hub.doors.page import add_page
from hub.doors.places import Places
from hub.doors.problems import problems
from hub.ids import comment_ids
from hub.keys import (
    ATTENDANCE,
    CONNECTIONS,
    COOKIES,
    IDS,
    LISTENERS,
    METRICS,
    NEWS,
    PACE,
    ROLL_CALL,
    SETTINGS,
    STORAGE,
    STREAMS,
    TABLES,
    VOICE,
)
from hub.live.broadcast import ReadyFramesOverRedis, begin, say_goodbye, socket_server
from hub.live.news import News
from hub.live.presence import Attendance
from hub.live.roll_call import RollCall
from hub.live.sockets import SOCKETS, Sockets, listen_to_engines
from hub.live.voice import Voice
from hub.log.tables import open_tables
from hub.loops import keep_running
from hub.settings import Settings
from hub.watching.calls import watch_requests
from hub.watching.metrics import Metrics
from hub.watching.scrape import scrape

# A program that follows every channel it talks in; a browser opens six connections at most.
STREAMS_EACH = 20


def create_app(settings: Settings) -> web.Application:
    """The whole hub for one process."""
    app = web.Application(middlewares=[watch_requests, problems, crowding], client_max_size=MOST_BYTES)
    app[SETTINGS], app[METRICS] = settings, Metrics()
    app[CONNECTIONS] = Places(settings.hub_limit_connections, "Too many connections come from this address.")
    app[STREAMS] = Places(STREAMS_EACH, f"One person follows at most {STREAMS_EACH} streams at once.")
    server = socket_server(settings.redis_url, settings.hub_public_url)
    server.attach(app)
    app[LISTENERS] = server.manager.listeners
    app[VOICE] = Voice(server)
    app[NEWS] = News(settings.redis_url)
    app[ATTENDANCE] = Attendance()
    app[ROLL_CALL] = RollCall(app[ATTENDANCE], app[NEWS], app[VOICE])
    app[PACE] = Pace()
    app.cleanup_ctx.extend((_storage, build, keep_running))
    app.on_startup.append(partial(_begin, server))
    app.on_shutdown.append(partial(_leave, server))
    if isinstance(server.manager, ReadyFramesOverRedis):
        app.on_cleanup.append(lambda _app: server.manager.close())
    app[COOKIES] = Cookies(settings.hub_public_url)
    app[SOCKETS] = Sockets(app, server)
    app[SOCKETS].listen()
    listen_to_engines(app, server)
    add_api(app)
    for routes in (images.routes, health.routes):
        app.router.add_routes(routes)
    app.router.add_get("/metrics", scrape)
    add_page(app, settings.hub_page)
    return app


async def _begin(server: socketio.AsyncServer, _app: web.Application) -> None:
    begin(server)


async def _leave(server: socketio.AsyncServer, app: web.Application) -> None:
    app[ROLL_CALL].leave()
    await say_goodbye(server)


async def _storage(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    secret = settings.azure_storage_connection_string
    connection_string = secret.get_secret_value() if secret else None
    async with (
        open_storage(connection_string, settings.azure_storage_account) as storage,
        open_tables(storage) as tables,
    ):
        app[STORAGE], app[TABLES] = storage, tables
        for name in CONTAINERS:
            with suppress(ResourceExistsError):
                await storage.blobs.create_container(name)
        async with comment_ids(storage) as ids:
            app[IDS] = ids
            yield
