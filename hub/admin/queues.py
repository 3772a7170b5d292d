"""How much waits on each queue, and for how long."""

import time
from dataclasses import dataclass

from contracts.names import INPUT_QUEUE, OUTPUT_QUEUE
from contracts.storage import Storage
from hub.admin.desk import Desk, table

POISON = "-poison"


@dataclass(frozen=True)
class Depth:
    """A queue, about how many messages lie on it, and the age of the oldest that nobody holds (in seconds)."""

    queue: str
    messages: int
    oldest_s: int | None


async def depths(storage: Storage) -> list[Depth]:
    """All queues of the playhouse, by name."""
    names = [queue.name async for queue in storage.queues.list_queues()]
    return [await _depth(storage, name) for name in sorted(names) if name.startswith((INPUT_QUEUE, OUTPUT_QUEUE))]


async def show(desk: Desk) -> None:
    rows = [
        (depth.queue, depth.messages, "" if depth.oldest_s is None else f"{depth.oldest_s} s")
        for depth in await depths(desk.storage)
    ]
    print(table(("queue", "messages", "oldest"), rows))


async def _depth(storage: Storage, name: str) -> Depth:
    queue = storage.queues.get_queue_client(name)
    properties = await queue.get_queue_properties()
    oldest = [message.inserted_on for message in await queue.peek_messages(1)]
    age_s = int(time.time() - oldest[0].timestamp()) if oldest and oldest[0] is not None else None
    return Depth(name, properties.approximate_message_count or 0, age_s)
