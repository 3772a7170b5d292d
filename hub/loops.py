"""What a hub does by itself, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import web

from contracts.calls import ChannelCard
from contracts.events import EVENT, AnyJobEvent, Heartbeat
from contracts.names import OUTPUT_QUEUE
from contracts.queues import TypedQueue
from hub.accounts.belongings import Belongings
from hub.accounts.farewell import Farewell
from hub.chatter.chatter import Chatter
from hub.chatter.row import TalkRows
from hub.chatter.speech import Speech
from hub.house import House
from hub.keys import (
    DRAIN,
    FOLLOWER,
    HOUSE,
    NEWS,
    PACE,
    PLACEHOLDERS,
    ROLL_CALL,
    SETTINGS,
    TABLES,
    VOICE,
)
from hub.live.sockets import SOCKETS
from hub.log.rows import Stored
from hub.pictures.clearing import Clearing
from hub.rooms.departing import depart, unname
from hub.talk.drain import Drain
from hub.talk.sweep import Sweep
from hub.watching.scrape import MOMENT, Lag, Moment, Sources


async def keep_running(app: web.Application) -> AsyncIterator[None]:
    """Start every loop; at the end they are cancelled together."""
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
    sweep = Sweep(house.archive, house.channels, house.bots, app[PLACEHOLDERS].ask, house.waiting)
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
            partial(_depart, house),
        ),
        _chatter(app, sweep),
        *lag,
    )
    async with _running(*(loop.run() for loop in loops)):
        yield


async def _depart(house: House, name: str) -> None:
    await depart(house.channels, house.members, house.news, name)
    await unname(house.channels, house.members, house.invitations, name)


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
