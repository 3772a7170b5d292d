"""What following promises while two things happen at once: no older reading wins over what is newer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from contracts.message import Message
from contracts.search import Search
from contracts.storage import open_storage
from hub.log.archive import Archive
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.log.tables import open_tables
from hub.rooms.channels import Channels, watch_nothing
from hub.search.following import Follower
from hub.search.index import Index, Place
from hub.search.searching import MOST_LOOKS, Searching
from hub.search.shelf import Shelf, path_of

CHANNEL = "Hens"


class SlowLog(ChannelLog):
    """A channel whose pages were read when `has_read` says so, and arrive when `may_arrive`."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.has_read, self.may_arrive = asyncio.Event(), asyncio.Event()

    async def before(self, comment_id: int | None, limit: int) -> tuple[list[Message], bool]:
        page = await super().before(comment_id, limit)
        self.has_read.set()
        await self.may_arrive.wait()
        return page


class OneLog(Archive):
    """An archive of that channel alone."""

    def channel(self, name: str) -> ChannelLog:
        self._logs.setdefault(name, SlowLog(name, self._table, lambda messages: self._publish(name, messages)))
        return self._logs[name]


@dataclass
class Following:
    follower: Follower
    channel_log: SlowLog

    async def put(self, **change: Any) -> None:
        async def write(draft: Draft) -> None:
            draft.put(Stored(message=message(**change)), await draft.stored(1))

        await self.channel_log.commit(write)

    async def found(self) -> int:
        await self.follower.flush()
        return await self.follower.do(Index.count)


def message(**change: Any) -> Message:
    plain = Message(comment_id=1, channel=CHANNEL, topic="", sender="alice", text="a hen", sent_at=1, revision=0)
    return plain.model_copy(update=change)


@pytest_asyncio.fixture
async def following(connection_string: str, tmp_path: Path) -> AsyncIterator[Following]:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        archive = OneLog(tables.messages, lambda channel, messages: follower.feed(channel, messages))
        follower = Follower(archive, Channels(tables.channels, watch_nothing), Shelf(tmp_path))
        running = asyncio.create_task(follower.run())
        await follower.opened()
        channel_log = archive.channel(CHANNEL)
        assert isinstance(channel_log, SlowLog)
        yield Following(follower, channel_log)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_what_is_deleted_while_its_page_is_read_stays_deleted(following: Following) -> None:
    await following.put()
    looking = asyncio.create_task(following.follower.look(CHANNEL))
    await following.channel_log.has_read.wait()
    await following.put(text="", deleted_at=2)
    following.channel_log.may_arrive.set()
    assert await looking
    assert await following.found() == 0


async def test_what_is_told_once_more_while_its_page_is_read_is_found(following: Following) -> None:
    await following.put()
    looking = asyncio.create_task(following.follower.look(CHANNEL))
    await following.channel_log.has_read.wait()
    following.follower.feed(CHANNEL, [message(revision=1)])
    following.channel_log.may_arrive.set()
    assert await looking
    assert await following.found() == 1


async def test_a_search_that_is_given_up_takes_nothing_along(following: Following) -> None:
    following.channel_log.may_arrive.set()
    assert await following.follower.look(CHANNEL)
    await following.put()
    for _ in range(20):
        asking = asyncio.create_task(following.follower.flush())
        await asyncio.sleep(0)
        asking.cancel()
    assert await following.found() == 1


async def test_snapshots_of_an_answer_are_not_written(following: Following) -> None:
    following.channel_log.may_arrive.set()
    assert await following.follower.look(CHANNEL)
    for length in range(1, 5):
        await following.put(text="h" * length, is_thinking=True, is_bot=True)
    assert await following.found() == 0
    await following.put(text="hens", is_bot=True)
    assert await following.found() == 1


@pytest.mark.parametrize("left_at", [1, 2, 3])
async def test_what_was_said_in_an_earlier_channel_of_the_name_while_the_hub_was_off_is_never_found(
    connection_string: str, tmp_path: Path, left_at: int
) -> None:
    before = Index(path_of(tmp_path, 0))
    before.write([message(comment_id=7, text="an old hen")], {CHANNEL: Place(left_at, None)})
    before.close()
    shelf = Shelf(tmp_path)
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        archive = Archive(tables.messages, lambda channel, messages: follower.feed(channel, messages))
        follower = Follower(archive, Channels(tables.channels, watch_nothing), shelf)
        # It opens the index; of the channels nobody knows yet.
        await follower.read_all()

        searching = Searching(follower)
        await archive.channel(CHANNEL).commit(partial(say, comment_id=8))
        many = await searching.find(Search(text="hen"), [f"Empty{number}" for number in range(MOST_LOOKS)] + [CHANNEL])
        assert (many.hits, many.is_complete) == ((), False)
        await archive.channel(CHANNEL).commit(partial(say, comment_id=9))
        found = await searching.find(Search(text="hen", order="newest"), [CHANNEL])
        assert ([hit.comment_id for hit in found.hits], found.is_complete) == ([9, 8], True)
    shelf.end()


async def say(draft: Draft, comment_id: int) -> None:
    draft.put(Stored(message=message(comment_id=comment_id, text="a new hen")), None)
