"""The six storage calls between a post and its answer, each alone and one after the other."""

import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final

from azure.core import MatchConditions
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient
from pydantic import TypeAdapter

from contracts.events import EVENT, Event, Finished
from contracts.jobs import Job, Turn
from contracts.message import Message, Parameters, Usage
from contracts.queues import Lease, TypedQueue
from contracts.storage import open_storage
from hub.clock import now_ms
from hub.log.draft import Draft, Head
from hub.log.rows import HEAD_KEY, OpenJob, Posting, Stored, client_key
from hub.log.tables import open_tables
from hub.talk.answers import applied
from tests.bench.people import WORDS
from tests.bench.processes import ECHO
from tests.bench.report import median

LEASE_S: Final = 30


class Path:
    """What one post makes the hub and the engine write and read, with the rows and the messages that they make."""

    def __init__(self, table: TableClient, jobs: TypedQueue[Job], events: TypedQueue[Event]) -> None:
        # Its own, so that a second walker finds no rows of the first.
        self._channel = f"Path{uuid.uuid4().hex[:8]}"
        self._table = table
        self._jobs = jobs
        self._events = events
        self._ids = count(now_ms())
        self._head = Head(0, None)
        self.took_ms: dict[str, list[float]] = {}

    async def walk(self) -> None:
        """One message and its answer. What deletes the two queue messages is not waited for by anyone."""
        message, placeholder, opened = self._posted()
        draft = self._draft({})
        question = draft.put(message)
        draft.put(placeholder)
        draft.open(opened)
        key = client_key(question.sender, uuid.uuid4().hex)
        draft.claim(key, Posting(comment_id=question.comment_id, answers=(opened.comment_id,)))
        await self._timed("post transaction", lambda: self._commit(draft))
        job, finished = _asked(question, opened), _finished(question, opened)
        await self._timed("queue send", lambda: self._jobs.send([job]))
        taken: list[Lease[Job]] = await self._timed("queue receive", lambda: self._jobs.receive(1, LEASE_S))
        await self._timed("event send", lambda: self._events.send([finished]))
        heard: list[Lease[Event]] = await self._timed("event receive", lambda: self._events.receive(32, LEASE_S))
        before = draft.puts[opened.comment_id]
        answered = applied(before, finished)
        assert answered is not None
        closing = self._draft(draft.puts)
        closing.put(answered, before)
        closing.close(opened.comment_id)
        await self._timed("answer transaction", lambda: self._commit(closing))
        await taken[0].delete()
        await heard[0].delete()

    async def _timed(self, name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        began = time.perf_counter()
        result = await call()
        self.took_ms.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return result

    def _posted(self) -> tuple[Stored, Stored, OpenJob]:
        message = Message(
            comment_id=next(self._ids),
            channel=self._channel,
            topic="General",
            sender="person",
            text=f"{uuid.uuid4().hex} {WORDS}",
            connection_id=uuid.uuid4().hex[:20],
            sent_at=now_ms(),
            revision=0,
        )
        news = {"comment_id": next(self._ids), "sender": ECHO, "text": "", "is_bot": True, "is_thinking": True}
        placeholder = message.model_copy(update=news | {"parent_id": message.comment_id})
        opened = OpenJob(
            channel=self._channel,
            comment_id=placeholder.comment_id,
            job_id=uuid.uuid4().hex,
            pool="default",
            queued=False,
            touched_at=now_ms(),
            deadline_at=now_ms(),
        )
        return Stored(message=message), Stored(message=placeholder, job_id=opened.job_id), opened

    def _draft(self, known: dict[int, Stored]) -> Draft:
        async def read(comment_id: int) -> Stored | None:
            return known.get(comment_id)

        async def read_posting(_key: str) -> Posting | None:
            return None

        return Draft(self._channel, self._head, read, read_posting)

    async def _commit(self, draft: Draft) -> None:
        entity = {"PartitionKey": self._channel, "RowKey": HEAD_KEY, "revision": str(draft.revision)}
        etag = self._head.etag
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        first = ("upsert", entity, {"mode": UpdateMode.REPLACE})
        if condition:
            first = ("update", entity, {"mode": UpdateMode.REPLACE, **condition})
        done = await self._table.submit_transaction([first, *draft.operations()])
        self._head = Head(draft.revision, str(done[0]["etag"]))


def _asked(question: Message, opened: OpenJob) -> Job:
    return Job(
        job_id=opened.job_id,
        channel=question.channel,
        comment_id=opened.comment_id,
        bot=ECHO,
        title=question.topic,
        thread=(Turn(author=question.sender, text=question.text),),
        asked_at=question.sent_at,
        deadline_at=opened.deadline_at,
    )


def _finished(question: Message, opened: OpenJob) -> Finished:
    return Finished(
        job_id=opened.job_id,
        channel=question.channel,
        comment_id=opened.comment_id,
        seq=2,
        text=question.text,
        parameters=Parameters(),
        usage=Usage(model="echo", queue_ms=0, compute_ms=0),
    )


@asynccontextmanager
async def _path(connection_string: str) -> AsyncIterator[Path]:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        jobs: TypedQueue[Job] = TypedQueue(storage, "path-jobs", TypeAdapter(Job))
        events: TypedQueue[Event] = TypedQueue(storage, "path-events", EVENT)
        await jobs.create()
        await events.create()
        yield Path(tables.messages, jobs, events)


async def alone(connection_string: str, times: int) -> dict[str, float]:
    """Milliseconds, the median of each call."""
    async with _path(connection_string) as path:
        await path.walk()
        path.took_ms.clear()
        for _ in range(times):
            await path.walk()
        return {name: median(took) for name, took in path.took_ms.items()}
