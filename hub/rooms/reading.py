"""What a person has read: marks that only move forward, and how much is new behind them."""

import asyncio
from typing import Final

from contracts.calls import ChannelCard
from contracts.channels import MOST_UNREAD, ListChannels, MarkedRead, MarkRead, MyChannel, MyChannels
from contracts.message import Message
from hub.errors import ForbiddenError, NotFoundError
from hub.house import House
from hub.people import Person
from hub.rooms.channel_rows import Mark

# Channels of one list that are looked at together.
AT_ONCE: Final = 16


async def mark_read(house: House, person: Person, call: MarkRead) -> MarkedRead:
    """Move the caller's mark in a channel forward, never back. Raises NotFoundError for what was never said there."""
    if person.is_guest:
        raise ForbiddenError("Only accounts have a read mark: a guest's name passes to others.")
    card = await house.access.reader(person, call.channel)
    if await house.archive.channel(card.name).stored(call.comment_id) is None:
        raise NotFoundError("There is no such message in this channel.")
    mark = await house.members.mark(person.name, card.name, lambda mark: _forward(mark, person, call.comment_id))
    return MarkedRead(last_read=mark.last_read or call.comment_id)


async def channels(house: House, person: Person, _call: ListChannels) -> MyChannels:
    """The channels that a person may see, and how they stand to that person."""
    marks = {mark.channel.lower(): mark for mark in await house.members.marks(person.name)}
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(card: ChannelCard) -> MyChannel:
        async with gate:
            return await _mine(house, person, card, marks.get(card.name.lower()))

    return MyChannels(channels=tuple(await asyncio.gather(*map(one, await house.access.readable(person)))))


async def _mine(house: House, person: Person, card: ChannelCard, mark: Mark | None) -> MyChannel:
    is_own = mark is not None and mark.since == person.since and not person.is_guest
    last_read = mark.last_read if mark is not None and is_own else None
    standing = await house.access.standing(person, house.channels.get(card.name))
    fresh = None if last_read is None else await _newer(house, person, card.name, last_read)
    return MyChannel(
        channel=card,
        role=standing.role,
        muted_until=standing.muted_until,
        last_read=last_read,
        unread=None if fresh is None else len(fresh),
        mentions=None if fresh is None else sum(person.name in message.mentions for message in fresh),
    )


async def _newer(house: House, person: Person, channel: str, last_read: int) -> list[Message]:
    """What others said behind the mark, of the newest messages: in memory, and checked by one point read."""
    newest, _, _ = await house.archive.channel(channel).newest(MOST_UNREAD)
    return [
        message
        for message in newest
        if message.comment_id > last_read and message.deleted_at is None and not person.wrote(message)
    ]


def _forward(mark: Mark, person: Person, comment_id: int) -> Mark:
    held = mark.last_read or 0 if mark.since == person.since else 0
    return mark.model_copy(update={"since": person.since, "last_read": max(held, comment_id)})
