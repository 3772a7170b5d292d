"""Keeps the index up to date: what this hub commits is taken in at once, what other hubs wrote is read by revision."""

import asyncio
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Concatenate, Final, ParamSpec, TypeVar

from contracts.message import Message
from contracts.storage import is_unavailable
from hub.log.archive import Archive
from hub.log.channel_log import ChannelLog
from hub.rooms.channels import FREE_AGAIN_MS, Channels
from hub.search.index import Index, Place
from hub.search.shelf import PRIMARY, Shelf

log = logging.getLogger(__name__)

# A search looks itself; this finds what nobody searched for meanwhile.
EVERY_S: Final = 60.0
TRY_AGAIN_S: Final = 10.0
# Of one look, so that nobody's search waits for a long history.
MESSAGES_A_PAGE: Final = 200
CHANGES_A_LOOK: Final = 200
# Reading a message by itself costs about as much as a page of them.
FAR_BEHIND: Final = 2_000
# Beyond this, changes are left in the table, where the next look finds them.
MOST_PENDING: Final = 5_000
FORGOTTEN_AT_ONCE: Final = 500
OPENS_WITHIN_S: Final = 2.0
# Within this time after a look no channel is deleted and its name given to another one.
PROVEN_FOR_S: Final = FREE_AGAIN_MS / 1000

P = ParamSpec("P")
R = TypeVar("R")


class Follower:
    """Follows every channel of the playhouse. A snapshot of an answer that is still being made is not taken in."""

    def __init__(self, archive: Archive, channels: Channels, shelf: Shelf) -> None:
        self._archive = archive
        self._channels = channels
        self._shelf = shelf
        self._places: dict[str, Place] = {}
        # When the table last showed that a place is that of the channel which has the name now; in monotonic seconds.
        self._proven_at: dict[str, float] = {}
        self._pending: dict[int, Message] = {}
        self._moved: set[str] = set()
        self._reads: defaultdict[str, list[dict[int, int]]] = defaultdict(list)
        self._looking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._writing = asyncio.Lock()
        self._fed = asyncio.Event()
        self._opened = asyncio.Event()
        self._trouble: sqlite3.Error | None = None

    def feed(self, channel: str, messages: Sequence[Message]) -> None:
        """What this hub has committed, in the order of the revisions; or says once more."""
        for newer in self._reads[channel]:
            newer.update((message.comment_id, message.revision) for message in messages)
        place = self._places.get(channel)
        if place is None or not self._is_fresh(channel) or len(self._pending) > MOST_PENDING:
            return
        self._take(messages)
        revisions, reached = {message.revision for message in messages}, place.revision
        while reached + 1 in revisions:
            reached += 1
        self._move(channel, replace(place, revision=reached))
        if self._pending:
            self._fed.set()

    def is_proven(self, channel: str) -> bool:
        """Whether the channel was looked at since the index was opened: before, its words may be an earlier one's."""
        return channel in self._proven_at

    def is_whole(self, channel: str) -> bool:
        """Whether all older messages of a channel are in the index."""
        place = self._places.get(channel)
        return place is not None and place.below is None and self.is_proven(channel)

    async def run(self) -> None:
        """Follow for ever; nothing but cancellation ends it."""
        try:
            while True:
                try:
                    await self._open()
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._write_for_ever())
                        tasks.create_task(self._look_for_ever())
                except* Exception as group:
                    log.warning("the search index stumbled", exc_info=group)
                self._opened.clear()
                await self._shelf.close(is_damaged=_is_damage(self._trouble))
                await asyncio.sleep(TRY_AGAIN_S)
        finally:
            self._shelf.end()

    async def read_all(self) -> int:
        """Read every channel to its end; how many messages the index holds then. Raises what storage raises."""
        await self._open()
        for card in self._channels.all():
            while not await self.look(card.name):
                await self.flush()
        await self.flush()
        return await self.do(Index.count)

    async def opened(self) -> None:
        """Wait for a while until the index is there; whoever asks it then hears that it is not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENS_WITHIN_S):
                await self._opened.wait()

    async def do(self, act: Callable[Concatenate[Index, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do something with the index; what goes wrong there has it opened anew. Raises sqlite3.Error."""
        try:
            return await self._shelf.do(act, *args, **kwargs)
        except sqlite3.Error as error:
            # A question that was cut short, or came when the file was closed, says nothing of the file.
            is_harmless = getattr(error, "sqlite_errorcode", None) in (None, sqlite3.SQLITE_INTERRUPT)
            if not is_harmless:
                self._trouble = error
                self._fed.set()
            raise

    async def look(self, channel: str) -> bool:
        """Read a bounded part of what is new in a channel; whether that was all. Raises what storage raises."""
        async with self._looking[channel]:
            channel_log = self._archive.channel(channel)
            with self._reading(channel) as newer:
                if not self._is_fresh(channel):
                    await self._prove(channel_log)
                revision = await channel_log.revision()
                place = self._places.get(channel)
                if place is None or revision < place.revision or revision > place.revision + FAR_BEHIND:
                    if place is not None and revision < place.revision:
                        await self._forget(channel)
                    self._move(channel, place := Place(revision, below=None if revision == 0 else 0))
                self._proven_at[channel] = time.monotonic()
                if revision > place.revision:
                    return await self._changes(channel_log, place, revision, newer)
                return place.below is None or await self._page(channel_log, place.below, newer)

    async def flush(self) -> None:
        """Write what was taken in. Raises sqlite3.Error. Who gives up waiting does not stop it: it would be lost."""
        await asyncio.shield(asyncio.create_task(self._flush()))

    async def _flush(self) -> None:
        async with self._writing:
            if not self._pending and not self._moved:
                return
            messages, self._pending = tuple(self._pending.values()), {}
            moved, self._moved = self._moved, set()
            places = {channel: self._places[channel] for channel in moved if channel in self._places}
            await self.do(Index.write, messages, places)

    async def _open(self) -> None:
        self._places, self._proven_at, self._pending, self._moved, self._trouble = {}, {}, {}, set(), None
        await self._shelf.open()
        self._places = await self._shelf.do(Index.places)
        self._opened.set()

    async def _write_for_ever(self) -> None:
        while True:
            await self._fed.wait()
            self._fed.clear()
            if self._trouble is not None:
                raise self._trouble
            await self.flush()

    async def _look_for_ever(self) -> None:
        while True:
            names = {card.name for card in self._channels.all()}
            for gone in self._places.keys() - names:
                await self._forget(gone)
            looked = [await self._looked(name) for name in names]
            if all(looked):
                await asyncio.sleep(EVERY_S)

    async def _looked(self, channel: str) -> bool:
        """Whether there is nothing more to be read now."""
        try:
            is_all = await self.look(channel)
        except sqlite3.Error:
            raise
        except Exception as error:
            if not is_unavailable(error):
                log.exception("%s could not be read for the search", channel)
            return True
        # The next page waits for the disk, so that memory holds one.
        await self.flush()
        return is_all

    async def _changes(self, channel_log: ChannelLog, place: Place, revision: int, newer: dict[int, int]) -> bool:
        messages, reached = await channel_log.changes(place.revision, CHANGES_A_LOOK)
        self._take(message for message in messages if newer.get(message.comment_id, 0) <= message.revision)
        self._reach(channel_log.channel, revision if reached is None else reached)
        self._fed.set()
        return reached is None and self.is_whole(channel_log.channel)

    async def _page(self, channel_log: ChannelLog, below: int, newer: dict[int, int]) -> bool:
        messages, has_more = await channel_log.before(below or None, MESSAGES_A_PAGE)
        self._take(message for message in messages if newer.get(message.comment_id, 0) <= message.revision)
        place = self._places.get(channel_log.channel)
        if place is not None:
            self._move(channel_log.channel, replace(place, below=messages[0].comment_id if has_more else None))
        self._fed.set()
        return not has_more

    async def _prove(self, channel_log: ChannelLog) -> None:
        """Forget what an earlier channel of that name has left: no id is given twice, and a message keeps its row."""
        channel = channel_log.channel
        newest, place = await self.do(Index.newest, channel), self._places.get(channel)
        if newest is None and (place is None or place.revision == 0):
            return
        if newest is None or await channel_log.read(newest) is None:
            await self._forget(channel)

    def _is_fresh(self, channel: str) -> bool:
        return time.monotonic() - self._proven_at.get(channel, -PROVEN_FOR_S) < PROVEN_FOR_S

    async def _forget(self, channel: str) -> None:
        """A channel that is gone, or that was made anew under its old name."""
        self._places.pop(channel, None)
        self._proven_at.pop(channel, None)
        await self.flush()
        while not await self.do(Index.forget, channel, FORGOTTEN_AT_ONCE):
            pass

    @contextmanager
    def _reading(self, channel: str) -> Iterator[dict[int, int]]:
        """The revisions that this hub commits while the table is read: what was read may be older."""
        newer: dict[int, int] = {}
        self._reads[channel].append(newer)
        try:
            yield newer
        finally:
            self._reads[channel].remove(newer)

    def _take(self, messages: Iterable[Message]) -> None:
        for message in messages:
            held = self._pending.get(message.comment_id)
            if not message.is_thinking and (held is None or held.revision <= message.revision):
                self._pending[message.comment_id] = message

    def _reach(self, channel: str, revision: int) -> None:
        place = self._places.get(channel)
        if place is not None and place.revision < revision:
            self._move(channel, replace(place, revision=revision))

    def _move(self, channel: str, place: Place) -> None:
        if self._places.get(channel) != place:
            self._places[channel] = place
            self._moved.add(channel)


def _is_damage(error: sqlite3.Error | None) -> bool:
    """Of the file itself; a full disk mends no file that is made anew."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
