"""Opening a channel: from the call `Connect` to the first page, with few messages and with many."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import socketio

from contracts.calls import ChannelCard
from contracts.message import Message
from contracts.storage import open_storage
from hub.log.draft import Draft, Head
from hub.log.rows import END_OF_MESSAGES, FIRST_MESSAGE_KEY, HEAD_KEY, Posting, Stored
from hub.log.tables import Tables, one_page, open_tables
from hub.rooms.channels import Channels, watch_nothing
from tests.bench.original import whole_channel
from tests.bench.processes import Playground, hub, playground
from tests.bench.report import Figures, median, table, verdict
from tests.client import HOME, token_for

# A transaction holds 100 operations: the channel's head, and two rows for each message.
MESSAGES_A_TRANSACTION: Final = 49
TRANSACTIONS_AT_ONCE: Final = 4
FIRST_SENT_MS: Final = 1_780_000_000_000
TEXT: Final = (
    "Our hens have laid eleven eggs today, and the bread came out of the oven just in time for breakfast. " * 3
)
# The hub's first sweep is over by then.
SETTLE_S: Final = 2.0
READ_AT_ONCE: Final = 201
FIRST_ID: Final = 1_000_000


@dataclass(frozen=True)
class Size:
    """Messages in the channels, rising; how often the hub is started, a channel opened, and a whole one scanned."""

    channels: tuple[int, ...]
    starts: int
    opened: int
    scans: int


FULL: Final = Size(channels=(100, 10_000, 100_000), starts=7, opened=20, scans=2)
SMALLEST: Final = Size(channels=(10, 100), starts=1, opened=2, scans=1)


@dataclass
class Found:
    """Milliseconds, of one channel. `storage`: the one range query of the cold opening, by itself."""

    cold: list[float]
    warm: list[float]
    storage: list[float]
    scan: list[float]


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    found = {count: Found([], [], [], []) for count in size.channels}
    async with playground() as place:
        async with tables_of(place) as tables:
            for count in size.channels:
                await fill(tables, count)
        for _ in range(size.starts):
            await _opened(place, size, found)
        async with tables_of(place) as tables:
            for count, one in found.items():
                await _queried(tables, count, size, one)
    return _report(found)


@asynccontextmanager
async def tables_of(place: Playground) -> AsyncIterator[Tables]:
    async with open_storage(place.connection_string, None) as storage, open_tables(storage) as tables:
        yield tables


def channel_name(count: int) -> str:
    return f"Channel{count}"


async def fill(tables: Tables, count: int) -> None:
    """The rows that the hub would have written for so many messages, client ids apart."""
    await Channels(tables.channels, watch_nothing).ensure(ChannelCard(name=channel_name(count)))
    gate = asyncio.Semaphore(TRANSACTIONS_AT_ONCE)

    async def write(first: int) -> None:
        draft = Draft(channel_name(count), Head(first, None), _nothing, _no_posting)
        for number in range(first, min(first + MESSAGES_A_TRANSACTION, count)):
            draft.put(Stored(message=_message(channel_name(count), number)))
        async with gate:
            await tables.messages.submit_transaction(draft.operations())

    await asyncio.gather(*(write(first) for first in range(0, count, MESSAGES_A_TRANSACTION)))
    await tables.messages.upsert_entity(
        {"PartitionKey": channel_name(count), "RowKey": HEAD_KEY, "revision": str(count)}
    )


def _message(channel: str, number: int) -> Message:
    return Message(
        comment_id=FIRST_ID + number,
        channel=channel,
        topic="General",
        sender=f"person-{number % 50}",
        # Words of every sort: one in each message, one in a thousandth of them, one in a single message.
        text=f"{TEXT}breed{number % 997} hen{number}",
        sent_at=FIRST_SENT_MS + number * 1000,
        revision=0,
    )


async def _nothing(_comment_id: int) -> Stored | None:
    return None


async def _no_posting(_key: str) -> Posting | None:
    return None


async def _opened(place: Playground, size: Size, found: dict[int, Found]) -> None:
    """One start of the hub: each channel once cold, then warm."""
    async with hub(place) as server:
        token = await token_for(server.address, f"reader-{time.monotonic_ns() % 10**9}")
        socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        await socket.connect(server.address, auth={"token": token}, transports=["websocket"])
        await asyncio.sleep(SETTLE_S)
        # So that no channel pays for what the first call of a process costs.
        await _open_ms(socket, HOME)
        for count, one in found.items():
            one.cold.append(await _open_ms(socket, channel_name(count)))
        for _ in range(size.opened):
            for count, one in found.items():
                one.warm.append(await _open_ms(socket, channel_name(count)))
        await socket.disconnect()


async def _open_ms(socket: socketio.AsyncClient, channel: str) -> float:
    began = time.perf_counter()
    joined = await socket.call("Connect", {"channel": channel}, timeout=60)
    took_ms = (time.perf_counter() - began) * 1000
    assert joined["ok"], joined
    await socket.call("Disconnect", {"channel": channel})
    return took_ms


async def _queried(tables: Tables, count: int, size: Size, one: Found) -> None:
    channel = {"channel": channel_name(count), "low": FIRST_MESSAGE_KEY, "high": END_OF_MESSAGES}
    wanted = "PartitionKey eq @channel and RowKey ge @low and RowKey lt @high"
    for _ in range(size.starts):
        began = time.perf_counter()
        await one_page(tables.messages, wanted, channel, READ_AT_ONCE)
        one.storage.append((time.perf_counter() - began) * 1000)
    for _ in range(size.scans):
        began = time.perf_counter()
        rows = await whole_channel(tables.messages, channel_name(count), FIRST_MESSAGE_KEY, END_OF_MESSAGES)
        one.scan.append((time.perf_counter() - began) * 1000)
        assert len(rows) == count


def _report(found: dict[int, Found]) -> Figures:
    rows = [
        [count, *(median(values) for values in (one.cold, one.warm, one.storage, one.scan))]
        for count, one in found.items()
    ]
    columns = ("messages", "cold ms", "warm ms", "emulator's range query ms", "original's scan ms")
    table("From `Connect` to the first page", columns, rows)
    few, many = found[min(found)], found[max(found)]
    return {
        "ms": {str(row[0]): dict(zip(("cold", "warm", "storage", "scan"), row[1:], strict=True)) for row in rows},
        "warm": verdict("warm, most over fewest", median(many.warm) / median(few.warm), 1.5, at_most=True),
        "cold": verdict("cold, most over fewest", median(many.cold) / median(few.cold), 1.5, at_most=True),
        "scan": verdict("most messages, original's scan over cold", median(many.scan) / median(many.cold), 1),
    }
