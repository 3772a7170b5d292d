"""The hub from top to bottom: what it holds, in the order in which it starts; it stops in the reverse order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import socketio
from aiohttp import web
from azure.core.exceptions import ResourceExistsError
from pydantic import TypeAdapter

from contracts.calls import ChannelCard
from contracts.events import EVENT, AnyJobEvent, Heartbeat
from contracts.jobs import Job
from contracts.message import Message
from contracts.names import CONTAINERS, OUTPUT_QUEUE, input_queue
from contracts.outbox import Outbox
from contracts.pace import Pace
from contracts.queues import TypedQueue
from contracts.storage import Storage, open_storage
from hub import health, images
from hub.access import Access
from hub.accounts.accounts import Accounts
from hub.accounts.ended import hear_ended, tell_ended
from hub.api.doors import add_api
from hub.archive import Archive
from hub.belongings import Belongings
from hub.bots import Bots
from hub.broadcast import ReadyFramesOverRedis, begin, say_goodbye, socket_server
from hub.channel_rows import Channel
from hub.channels import Channels, somebody_lost_access
from hub.chatter import Chatter
from hub.chatter_row import TalkRows
from hub.chatter_speech import Speech
from hub.cookies import Cookies
from hub.crowding import crowding
from hub.departing import depart
from hub.dissolving import Dissolution
from hub.drain import Drain
from hub.farewell import Farewell
from hub.founding import first_channels
from hub.house import House
from hub.ids import comment_ids
from hub.invitation_book import InvitationBook
from hub.json_bodies import MOST_BYTES
from hub.keys import (
    ATTENDANCE,
    CONNECTIONS,
    COOKIES,
    DRAIN,
    FOLLOWER,
    HOUSE,
    IDS,
    LISTENERS,
    METRICS,
    NEWS,
    OAUTH,
    PACE,
    PLACEHOLDERS,
    ROLL_CALL,
    SETTINGS,
    STORAGE,
    STREAMS,
    TABLES,
    VOICE,
)
from hub.limits import Limits
from hub.members import Members
from hub.mentions import Mentions
from hub.metrics import Metrics
from hub.news import News
from hub.oauth.sign_in import OAuth
from hub.page import add_page
from hub.pictures.book import PictureBook
from hub.pictures.clearing import Clearing
from hub.pictures.seeing import Gallery
from hub.placeholders import Placeholders
from hub.places import Places
from hub.posting import PostOffice
from hub.presence import Attendance
from hub.problems import problems
from hub.regenerating import Regeneration
from hub.registry import Registry
from hub.report_book import ReportBook
from hub.roll_call import RollCall
from hub.rows import Stored
from hub.scrape import MOMENT, Lag, Moment, Sources, scrape
from hub.search.following import Follower
from hub.search.searching import Searching
from hub.search.shelf import Shelf
from hub.settings import Settings
from hub.sockets import SOCKETS, Sockets, listen_to_engines
from hub.sweep import Sweep
from hub.tables import open_tables
from hub.telling import Hearing
from hub.tokens import Tokens, kept_secret
from hub.uploads.taking import Uploads
from hub.voice import Voice
from hub.votes import Votes
from hub.waiting_answers import WaitingAnswers
from hub.watching import watch_requests

# A program that follows every channel it talks in; a browser opens six connections at most.
STREAMS_EACH = 20
JOB: TypeAdapter[Job] = TypeAdapter(Job)


def create_app(settings: Settings) -> web.Application:
    """The whole hub for one process."""
    app = web.Application(middlewares=[watch_requests, problems, crowding], client_max_size=MOST_BYTES)
    app[SETTINGS], app[METRICS] = settings, Metrics()
    app[CONNECTIONS] = Places(settings.hub_limit_connections, "Too many connections come from this address.")
    app[STREAMS] = Places(STREAMS_EACH, f"One person follows at most {STREAMS_EACH} streams at once.")
    redis_url = settings.hub_redis_url.get_secret_value() if settings.hub_redis_url else None
    server = socket_server(redis_url, settings.hub_public_url)
    server.attach(app)
    app[LISTENERS] = server.manager.listeners
    app[VOICE] = Voice(server)
    app[NEWS] = News(redis_url)
    app[ATTENDANCE] = Attendance()
    app[ROLL_CALL] = RollCall(app[ATTENDANCE], app[NEWS], app[VOICE])
    app[PACE] = Pace()
    app.cleanup_ctx.extend((_storage, _domain, _loops))
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


async def _domain(app: web.Application) -> AsyncIterator[None]:
    settings, tables, voice = app[SETTINGS], app[TABLES], app[VOICE]
    waiting = WaitingAnswers(settings.hub_limit_waiting)

    def committed(channel: str, messages: tuple[Message, ...]) -> None:
        waiting.changed(channel, messages)
        voice.messages(channel, messages)
        follower.feed(channel, messages)

    archive = Archive(tables.messages, committed)
    members = Members(tables.channels)
    channels = Channels(tables.channels, partial(_channel_changed, app, members))
    access = Access(channels, members)
    follower = app[FOLLOWER] = Follower(archive, channels, Shelf(settings.playhouse_data))
    redis_url = settings.hub_redis_url.get_secret_value() if settings.hub_redis_url else None
    limits = Limits(settings.limits(), redis_url)
    bots = Bots(tables.bots, voice.bots)
    registry = Registry(tables.accounts)
    tokens = Tokens(settings.hub_secret or kept_secret(settings.playhouse_data))
    pictures = PictureBook(tables.pictures)
    gallery = Gallery(pictures, access, channels)
    uploads = Uploads(app[STORAGE], pictures, access)
    Hearing(app[NEWS], channels, members, voice, app[SOCKETS].evict)
    accounts = Accounts(
        tables.accounts,
        tokens,
        lambda name: bots.find(name) is not None,
        partial(tell_ended, app[NEWS]),
        with_guests=settings.hub_guests == "on",
    )
    hear_ended(app[NEWS], accounts.heard_ended)
    app[OAUTH] = OAuth(settings.hub_oauth, settings.hub_public_url, tokens)
    await channels.refresh()
    await asyncio.gather(*map(channels.ensure, first_channels(settings.hub_home_channel)))
    await bots.refresh()
    async with AsyncExitStack() as senders:
        senders_by_pool: dict[str, Outbox[Job]] = {}

        async def send(job: Job) -> None:
            if job.pool not in senders_by_pool:
                senders_by_pool[job.pool] = await senders.enter_async_context(_jobs_to(app[STORAGE], job.pool, app))
            await senders_by_pool[job.pool].put(job)
            app[PACE].busy()

        placeholders = app[PLACEHOLDERS] = Placeholders(app[IDS], send, settings.hub_job_deadline_s, waiting)
        mentions = Mentions(registry, bots, access, voice.mentioned)
        app[HOUSE] = House(
            home=settings.hub_home_channel,
            storage=app[STORAGE],
            news=app[NEWS],
            voice=voice,
            archive=archive,
            channels=channels,
            access=access,
            members=members,
            invitations=InvitationBook(tables.channels),
            reports=ReportBook(tables.channels),
            registry=registry,
            dissolution=Dissolution(app[STORAGE], tables, channels, members, archive, pictures),
            bots=bots,
            accounts=accounts,
            post_office=PostOffice(archive, bots, app[IDS], placeholders, mentions, pictures),
            regeneration=Regeneration(archive, bots, placeholders),
            votes=Votes(tables.votes),
            metrics=app[METRICS],
            searching=Searching(follower),
            pictures=pictures,
            gallery=gallery,
            uploads=uploads,
            limits=limits,
            waiting=waiting,
        )
        yield
        await placeholders.close()
        uploads.end()
    await limits.close()


async def _channel_changed(
    app: web.Application, members: Members, before: Channel | None, after: Channel | None
) -> None:
    """First out with those who may not stay, then the news."""
    if before is not None and somebody_lost_access(before, after):
        members.forget_all()
        await app[SOCKETS].look_again(before.card.name)
    old, new = (one.card if one is not None else None for one in (before, after))
    if old != new:
        app[VOICE].channel(old, new)


@asynccontextmanager
async def _jobs_to(storage: Storage, pool: str, app: web.Application) -> AsyncIterator[Outbox[Job]]:
    queue = TypedQueue(storage, input_queue(pool), JOB)
    await queue.create()

    async def send(jobs: Sequence[Job]) -> None:
        await queue.send(jobs)
        app[VOICE].ring()

    async with Outbox(send) as outbox:
        yield outbox


async def _loops(app: web.Application) -> AsyncIterator[None]:
    house = app[HOUSE]
    events = TypedQueue(house.storage, OUTPUT_QUEUE, EVENT)
    await events.create()

    async def heard(beat: Heartbeat) -> None:
        await house.bots.heard(beat)
        for card in beat.bots:
            if card.subreddit is not None:
                title = f"r/{card.subreddit}"
                await house.channels.ensure(
                    ChannelCard(name=card.subreddit, title=title, default_topic=card.default_topic, bot=card.name)
                )

    def applied(event: AnyJobEvent, before: Stored) -> None:
        house.metrics.answered(event, before, house.bots)

    app[DRAIN] = Drain(events, house.archive, heard, applied, app[PACE], house.pictures)
    sweep = Sweep(house.archive, house.channels, house.bots, app[PLACEHOLDERS].ask, house.waiting.swept)
    app[MOMENT] = Moment(Sources(house.storage, house.bots, sweep, app[VOICE].connections))
    house.metrics.registry.register(app[MOMENT])
    belongings = Belongings(house.archive, house.channels, app[TABLES].votes, house.reports)
    lag = (Lag(house.metrics),) if app[SETTINGS].hub_metrics else ()
    loops = (
        app[VOICE],
        app[NEWS],
        app[ROLL_CALL],
        app[SOCKETS],
        house.limits,
        app[DRAIN],
        sweep,
        app[FOLLOWER],
        Clearing(house.pictures, house.archive, house.storage),
        house.dissolution,
        Farewell(
            app[TABLES].accounts,
            house.accounts,
            belongings,
            partial(depart, house.channels, house.members, house.news),
        ),
        _chatter(app, sweep),
        *lag,
    )
    async with _running(*(loop.run() for loop in loops)):
        yield


def _chatter(app: web.Application, sweep: Sweep) -> Chatter:
    house, rows = app[HOUSE], TalkRows(app[TABLES].channels)
    speech = Speech(house.storage, sweep, app[PLACEHOLDERS])
    return Chatter(app[SETTINGS].hub_chatter, rows, house.archive, house.channels, house.bots, speech)


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
