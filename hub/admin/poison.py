"""Messages that could not be read, or whose job failed too often: to see, to send again, to drop."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from hub.admin.desk import Desk, table
from hub.admin.queues import POISON
from hub.errors import NotFoundError

# One command holds a message so long; what it does not touch is put back at once.
HOLD_S = 60
# The service's own limit.
MOST_AT_ONCE = 32
SHOWN_CHARACTERS = 120
NOWHERE = "?"


@dataclass(frozen=True)
class Poisoned:
    """A message that was put aside: from which queue, why, and what it said; a blob's name where that was too much."""

    id: str
    queue: str
    code: str
    reason: str
    body: str


async def show(desk: Desk) -> None:
    """The oldest of each queue; what it was, not whole."""
    found = [one async for queue in _queues(desk) for one in _peeked(await queue.peek_messages(MOST_AT_ONCE))]
    rows = [(one.id, one.queue, one.code, one.reason, one.body[:SHOWN_CHARACTERS]) for one in found]
    print(table(("id", "queue", "code", "reason", "what it said"), rows) if rows else "Nothing was put aside.")


async def requeue(desk: Desk, ids: Sequence[str]) -> None:
    """Send messages again to the queue that they came from; all of them when none is named. Raises NotFoundError."""
    done = await _each(desk, ids, send_again=True)
    print(f"{done} sent again.")


async def drop(desk: Desk, ids: Sequence[str]) -> None:
    """Delete messages for good; all of them when none is named. Raises NotFoundError."""
    done = await _each(desk, ids, send_again=False)
    print(f"{done} dropped.")


async def _each(desk: Desk, ids: Sequence[str], *, send_again: bool) -> int:
    missing, done = set(ids), 0
    async for queue in _queues(desk):
        untouched = []
        async for message in queue.receive_messages(messages_per_page=MOST_AT_ONCE, visibility_timeout=HOLD_S):
            entry = read(message)
            if (ids and message.id not in missing) or (send_again and entry.queue == NOWHERE):
                untouched.append(message)
                continue
            if send_again:
                await desk.storage.queues.get_queue_client(entry.queue).send_message(entry.body, time_to_live=-1)
            await queue.delete_message(message)
            missing.discard(message.id)
            done += 1
        for message in untouched:
            await queue.update_message(message, visibility_timeout=0)
    if missing:
        raise NotFoundError(f"Nothing that can be moved is called {', '.join(sorted(missing))}.")
    return done


async def _queues(desk: Desk) -> AsyncIterator[QueueClient]:
    async for queue in desk.storage.queues.list_queues():
        if queue.name.endswith(POISON):
            yield desk.storage.queues.get_queue_client(queue.name)


def _peeked(messages: Sequence[QueueMessage]) -> list[Poisoned]:
    return [read(message) for message in messages]


def read(message: QueueMessage) -> Poisoned:
    """An entry of a poison queue. One that is no entry itself is shown as it is, and goes nowhere again."""
    text = str(message.content)
    try:
        entry: dict[str, Any] = json.loads(text)
        return Poisoned(str(message.id), entry["queue"], entry["code"], entry["reason"], entry["body"])
    except (ValueError, KeyError, TypeError):
        return Poisoned(str(message.id), NOWHERE, "unreadable", "this is no entry of ours", text)
