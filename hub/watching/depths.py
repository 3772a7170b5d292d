"""How much waits on each queue, and for how long."""

import time
from dataclasses import dataclass

from contracts.names import INPUT_QUEUE, OUTPUT_QUEUE
from contracts.storage import Storage


@dataclass(frozen=True)
class Depth:
    """A queue, about how many messages lie on it, and the age of the oldest that nobody holds (in seconds).

    One message may hold several jobs or events.
    """

    queue: str
    messages: int
    oldest_s: int | None


async def depths(storage: Storage) -> list[Depth]:
    """All queues of the playhouse, by name."""
    names = [queue.name async for queue in storage.queues.list_queues()]
    return [await depth_of(storage, name) for name in sorted(names) if name.startswith((INPUT_QUEUE, OUTPUT_QUEUE))]


async def depth_of(storage: Storage, name: str) -> Depth:
    queue = storage.queues.get_queue_client(name)
    properties = await queue.get_queue_properties()
    oldest = [message.inserted_on for message in await queue.peek_messages(1)]
    age_s = int(time.time() - oldest[0].timestamp()) if oldest and oldest[0] is not None else None
    return Depth(name, properties.approximate_message_count or 0, age_s)
