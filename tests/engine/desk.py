"""The hub's side of the queues: asks, listens, and looks at what is left."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import TypeAdapter

from contracts.events import EVENT, AnyJobEvent, Failed, Finished, Heartbeat
from contracts.jobs import Job, Turn
from contracts.message import Parameters
from contracts.names import CANCELS_CONTAINER, INPUT_QUEUE, OUTPUT_QUEUE, poison_queue
from contracts.queues import TypedQueue
from contracts.storage import Storage, open_storage

HOUR_MS = 3_600_000
PATIENCE_S = 60


def job(bot: str, text: str = "hello", parameters: Parameters | None = None, deadline_ms: int = HOUR_MS) -> Job:
    now_ms = time.time_ns() // 1_000_000
    return Job(
        job_id=secrets.token_hex(16),
        channel="CoopsLab",
        comment_id=now_ms,
        bot=bot,
        title="General",
        thread=(Turn(author="ann", text=text),),
        parameters=parameters or Parameters(),
        asked_at=now_ms,
        deadline_at=now_ms + deadline_ms,
    )


class Desk:
    """`heard` holds every event so far, in the order of arrival."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.input = TypedQueue(storage, INPUT_QUEUE, TypeAdapter(Job))
        self.output = TypedQueue(storage, OUTPUT_QUEUE, EVENT)
        self.heard: list[AnyJobEvent | Heartbeat] = []

    async def open(self) -> None:
        await self.input.create()
        await self.output.create()
        await self._storage.blobs.create_container(CANCELS_CONTAINER)

    async def listen(self) -> list[AnyJobEvent | Heartbeat]:
        """What is on the output queue now."""
        news: list[AnyJobEvent | Heartbeat] = []
        for lease in await self.output.receive(32, 30):
            news += lease.items
            await lease.delete()
        self.heard += news
        return news

    async def until(self, kind: str, *jobs: Job) -> None:
        """Returns when each of the jobs has an event of this kind (`ended`: of either terminal kind)."""
        async with asyncio.timeout(PATIENCE_S):
            while any(not self.said(each, kind) for each in jobs):
                if not await self.listen():
                    await asyncio.sleep(0.02)

    def said(self, about: Job, kind: str) -> list[AnyJobEvent]:
        kinds = ("finished", "failed") if kind == "ended" else (kind,)
        events = [event for event in self.heard if not isinstance(event, Heartbeat)]
        return [event for event in events if event.job_id == about.job_id and event.kind in kinds]

    def end(self, about: Job) -> Finished | Failed:
        """The one terminal event."""
        (event,) = self.said(about, "ended")
        assert isinstance(event, Finished | Failed)
        return event

    def heartbeats(self) -> list[Heartbeat]:
        return [event for event in self.heard if isinstance(event, Heartbeat)]

    async def stop(self, unwanted: Job) -> None:
        await self._storage.blobs.get_blob_client(CANCELS_CONTAINER, unwanted.job_id).upload_blob(b"")

    async def markers(self) -> list[str]:
        names = self._storage.blobs.get_container_client(CANCELS_CONTAINER).list_blob_names()
        return [name async for name in names]

    async def poisoned(self) -> list[dict[str, Any]]:
        queue = self._storage.queues.get_queue_client(poison_queue(INPUT_QUEUE))
        return [json.loads(message.content) async for message in queue.receive_messages(messages_per_page=32)]

    async def left(self) -> int:
        """How many messages the input queue holds, visible or not."""
        return (await self.input.client.get_queue_properties()).approximate_message_count or 0

    async def until_empty(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.left():  # noqa: ASYNC110  a queue tells nobody that it is empty
                await asyncio.sleep(0.02)


@asynccontextmanager
async def open_desk(connection_string: str) -> AsyncIterator[Desk]:
    async with open_storage(connection_string, None) as storage:
        desk = Desk(storage)
        await desk.open()
        yield desk
