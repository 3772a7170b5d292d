"""The house is built: every part of the domain, and what each needs of the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiohttp import web
from pydantic import TypeAdapter

from contracts.jobs import Job
from contracts.message import Message
from contracts.names import input_queue
from contracts.outbox import Outbox
from contracts.queues import TypedQueue
from contracts.storage import Storage
from hub.accounts.accounts import Accounts
from hub.accounts.ended import hear_ended, tell_ended
from hub.accounts.tokens import Tokens, kept_secret
from hub.bots import Bots
from hub.house import House
from hub.keys import (
    FOLLOWER,
    HOUSE,
    IDS,
    METRICS,
    NEWS,
    OAUTH,
    PACE,
    PLACEHOLDERS,
    SETTINGS,
    STORAGE,
    TABLES,
    VOICE,
)
from hub.limits import Limits
from hub.live.sockets import SOCKETS
from hub.log.archive import Archive
from hub.oauth.sign_in import OAuth
from hub.pictures.book import PictureBook
from hub.pictures.seeing import Gallery
from hub.rooms.access import Access
from hub.rooms.channel_rows import Channel
from hub.rooms.channels import Channels, somebody_lost_access
from hub.rooms.dissolving import Dissolution
from hub.rooms.founding import first_channels
from hub.rooms.invitation_book import InvitationBook
from hub.rooms.members import Members
from hub.rooms.registry import Registry
from hub.rooms.telling import Hearing
from hub.search.following import Follower
from hub.search.searching import Searching
from hub.search.shelf import Shelf
from hub.talk.mentions import Mentions
from hub.talk.placeholders import Placeholders
from hub.talk.posting import PostOffice
from hub.talk.regenerating import Regeneration
from hub.talk.report_book import ReportBook
from hub.talk.votes import Votes
from hub.talk.waiting_answers import WaitingAnswers
from hub.uploads.taking import Uploads

MIB = 1024 * 1024
JOB: TypeAdapter[Job] = TypeAdapter(Job)


async def build(app: web.Application) -> AsyncIterator[None]:
    """For as long as the hub runs."""
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
    limits = Limits(settings.limits(), settings.redis_url)
    bots = Bots(tables.bots, voice.bots)
    registry = Registry(tables.accounts)
    tokens = Tokens(settings.hub_secret or kept_secret(settings.playhouse_data))
    pictures = PictureBook(tables.pictures)
    gallery = Gallery(pictures, access, channels)
    uploads = Uploads(app[STORAGE], pictures, access, settings.hub_upload_mib * MIB)
    Hearing(app[NEWS], channels, members, voice, app[SOCKETS].evict)
    accounts = Accounts(
        tables.accounts,
        tokens,
        lambda name: bots.find(name) is not None,
        partial(tell_ended, app[NEWS]),
        with_guests=settings.hub_guests,
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
