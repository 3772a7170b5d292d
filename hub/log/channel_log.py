"""One channel's history and its only writer in this hub: changes that wait are committed together, in one transaction.

Each transaction replaces the channel's head under its ETag. If another hub wrote in between, everything that was read
from memory may be stale: memory is dropped and the same changes are applied again to what now stands.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.message import Message
from contracts.storage import is_unavailable
from contracts.tracing import span_within
from hub.errors import HubError, StorageUnavailableError
from hub.ids import HUBS, PER_MILLISECOND
from hub.log.draft import Draft, Head, Operation
from hub.log.rows import (
    AFTER_BANG,
    CHANGE_PREFIX,
    END_OF_MESSAGES,
    FIRST_MESSAGE_KEY,
    HEAD_KEY,
    OpenJob,
    Posting,
    Row,
    Stored,
    change_key,
    message_key,
    open_job,
    open_key,
    posting,
    row,
    stored,
)
from hub.log.tables import one_page
from hub.log.tail import KEEP, Tail
from hub.log.waiting import Change, Outcome, R, Waiting

log = logging.getLogger(__name__)

Publish = Callable[[tuple[Message, ...]], None]

# A transaction takes 100 operations and 4 MiB; one change needs at most 30 (four bots and a parent).
FULL_AT_OPERATIONS = 60
FULL_AT_CHARACTERS = 500_000
# Two hubs that write to one channel at full speed meet often; each round one of them wins.
ATTEMPTS = 12
BUSY = "The hub cannot reach its storage; please try again in a moment."
# Ids that are given while a post is written, however often that is tried.
SOON = 20_000 * HUBS * PER_MILLISECOND
RANGE = "PartitionKey eq @channel and RowKey ge @low and RowKey lt @high"


@dataclass(frozen=True)
class Newest:
    """What memory holds of the end of a channel, in rising order, and the revision that it stands for."""

    messages: tuple[Message, ...]
    has_older: bool
    revision: int


class ChannelLog:
    """Reads and writes the partition of one channel."""

    def __init__(self, channel: str, table: TableClient, publish: Publish) -> None:
        self.channel = channel
        self._table = table
        self._publish = publish
        self._waiting: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._look: asyncio.Task[Newest] | None = None
        self._head: Head | None = None
        self._tail = Tail()

    @property
    def is_idle(self) -> bool:
        """Whether no change is under way."""
        return self._writer is None or self._writer.done()

    async def commit(self, change: Change[R]) -> R:
        """Apply a change and make it durable. Raises what the change raises, or StorageUnavailableError.

        The change may be applied several times before it is committed, so it must not act on anything but the draft.
        """
        waiting = Waiting(change, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self.is_idle:
            self._writer = asyncio.create_task(self._write())
        with span_within("commit"):
            result: R = await waiting.done
        return result

    async def newest(self, limit: int) -> tuple[list[Message], bool, int]:
        """The newest messages in rising order, whether there are older ones, and the revision that they stand for."""
        if self._look is None:
            self._look = asyncio.create_task(self._look_at_newest())
        newest = await asyncio.shield(self._look)
        if len(newest.messages) < limit and newest.has_older:
            older, has_more = await self.before(None, limit)
            return older, has_more, newest.revision
        has_more = newest.has_older or len(newest.messages) > limit
        return list(newest.messages[-limit:]), has_more, newest.revision

    async def before(self, comment_id: int | None, limit: int) -> tuple[list[Message], bool]:
        """Messages older than an id in rising order, and whether there are more."""
        low = FIRST_MESSAGE_KEY if comment_id is None else message_key(comment_id - 1)
        found = await self._messages(low, END_OF_MESSAGES, limit + 1)
        return [one.message for one in reversed(found[:limit])], len(found) > limit

    async def newer_than(self, comment_id: int) -> AsyncIterator[Stored]:
        """Every message with a higher id, the newest first, a page at a time."""
        parameters = {"channel": self.channel, "low": FIRST_MESSAGE_KEY, "high": message_key(comment_id)}
        async for entity in self._table.query_entities(RANGE, parameters=parameters):
            yield stored(entity)

    async def changed_after(self, revision: int, limit: int) -> tuple[list[Message], bool, int]:
        """Messages that changed after a revision, whether there are more, and the revision that they stand for."""
        head = await self._read_head()
        messages, reached = await self.changes(revision, limit)
        return messages, reached is not None, head.revision

    async def changes(self, revision: int, limit: int) -> tuple[list[Message], int | None]:
        """The first changes after a revision, and up to which revision these are all; None where they are the last."""
        parameters = {
            "channel": self.channel,
            "low": change_key(revision + 1),
            "high": CHANGE_PREFIX.removesuffix("!") + AFTER_BANG,
        }
        changes = await one_page(self._table, RANGE, parameters, limit + 1)
        found = await asyncio.gather(*(self.read(int(change["commentId"])) for change in changes[:limit]))
        messages = sorted((one.message for one in found if one is not None), key=lambda message: message.comment_id)
        return messages, int(changes[limit - 1]["RowKey"].removeprefix(CHANGE_PREFIX)) if len(changes) > limit else None

    async def revision(self) -> int:
        """The channel's own, as it stands in the table."""
        return (await self._read_head()).revision

    async def stored(self, comment_id: int) -> Stored | None:
        """One message, from memory if it is there; another hub may have changed it within the last moments."""
        return self._tail.get(comment_id) or await self.read(comment_id)

    async def read(self, comment_id: int) -> Stored | None:
        """One message as the table holds it."""
        try:
            return stored(await self._table.get_entity(self.channel, message_key(comment_id)))
        except ResourceNotFoundError:
            return None

    async def answers(self, comment_id: int) -> list[Message]:
        """What bots were asked to answer to a message, in the order of ids, from the table.

        Placeholders are written with the message and get their ids soon after it; first answers name the later ones.
        """
        found = await self._messages(message_key(comment_id + SOON), message_key(comment_id), 1000)
        first = [one for one in found if one.message.is_bot and one.message.parent_id == comment_id]
        known = {one.message.comment_id for one in first}
        later = {each for one in first for each in one.alternatives} - known
        read = await asyncio.gather(*(self.read(each) for each in sorted(later)))
        return sorted(
            (one.message for one in (*first, *read) if one is not None), key=lambda message: message.comment_id
        )

    async def open_jobs(self) -> list[tuple[OpenJob, str]]:
        """The placeholders that wait, oldest first, each with its row's ETag."""
        parameters = {"channel": self.channel, "low": "open!", "high": "open" + AFTER_BANG}
        rows = await one_page(self._table, RANGE, parameters, 1000)
        return [(open_job(entity), entity.metadata["etag"]) for entity in rows]

    async def touch(self, job: OpenJob, etag: str | None) -> bool:
        """Rewrite an open row; False when it was closed or changed meanwhile."""
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        try:
            await self._table.update_entity(
                row(self.channel, open_key(job.comment_id), job), mode=UpdateMode.REPLACE, **condition
            )
        except HttpResponseError as error:
            if error.status_code in (404, 412):
                return False
            raise
        return True

    async def _look_at_newest(self) -> Newest:
        """One point read for all who asked before it begins, so that each hears what stood after the question."""
        async with self._lock:
            self._look = None
            head = await self._validated()
            if self._tail.floor is None:
                found = await self._messages(FIRST_MESSAGE_KEY, END_OF_MESSAGES, KEEP + 1)
                self._tail.fill(found[:KEEP], complete=len(found) <= KEEP)
            return Newest(*self._tail.newest(), head.revision)

    async def _write(self) -> None:
        while self._waiting:
            batch: list[Waiting] = []
            try:
                async with self._lock:
                    draft = await self._commit_some(batch)
            except Exception as error:  # noqa: BLE001  whoever waits hears it; the writer goes on with the rest
                self._fail(batch, error)
                continue
            self._publish(tuple(one.message for one in draft.puts.values()) + tuple(draft.echoes.values()))

    def _fail(self, batch: list[Waiting], error: Exception) -> None:
        """Nobody waits longer than one round: when storage is away, all who wait hear it at once."""
        failure = StorageUnavailableError(BUSY) if is_unavailable(error) else error
        failed, self._waiting = [*batch, *self._waiting], []
        for waiting in failed:
            if not waiting.done.done():
                waiting.done.set_exception(failure)

    async def _commit_some(self, batch: list[Waiting]) -> Draft:
        """Apply what waits, and more than once if another hub wrote meanwhile. Raises what storage raises."""
        for attempt in range(ATTEMPTS):
            draft, outcomes = await self._drafted(batch, careful=attempt > 0)
            if await self._stands(draft):
                for outcome in outcomes:
                    outcome.tell()
                return draft
            await asyncio.sleep(random.uniform(0, 0.01 * (attempt + 1)))
        raise StorageUnavailableError(BUSY)

    async def _stands(self, draft: Draft) -> bool:
        """Commit a draft; False when it was made from memory that another hub's write has made stale.

        A draft that writes nothing is held against the head too: what it found missing may stand there by now.
        """
        operations = draft.operations()
        if not operations:
            return draft.head == await self._validated()
        try:
            etag = await self._submit(draft, operations)
        except HttpResponseError as error:
            self._forget()
            if error.status_code in (404, 409, 412):
                return False
            raise
        except BaseException:
            self._forget()
            raise
        self._head = Head(draft.revision, etag)
        for one in draft.puts.values():
            self._tail.put(one)
        return True

    async def _drafted(self, batch: list[Waiting], careful: bool) -> tuple[Draft, list[Outcome]]:
        """Apply the batch (again), and, in the first round, as many more changes as fit."""
        head = self._head or await self._validated()
        draft = Draft(self.channel, head, self._known, self._read_posting if careful else _no_posting)
        outcomes: list[Outcome] = []
        again = list(batch)
        while again or (not careful and self._waiting and not _is_full(draft)):
            if not again:
                batch.append(self._waiting.pop(0))
            waiting = again.pop(0) if again else batch[-1]
            try:
                draft, result = await self._applied(waiting.change, draft)
            except Exception as error:
                if is_unavailable(error):
                    raise
                outcomes.append(Outcome(waiting, None, error))
                continue
            outcomes.append(Outcome(waiting, result, None))
        return draft, outcomes

    async def _applied(self, change: Change[R], draft: Draft) -> tuple[Draft, R]:
        """The draft after a change. One that is refused may repeat what was done before: its client id is looked up."""
        trial = draft.copy()
        try:
            return trial, await change(trial)
        except HubError:
            if draft.read_posting is not _no_posting:
                raise
        trial = replace(draft.copy(), read_posting=self._read_posting)
        result = await change(trial)
        return replace(trial, read_posting=draft.read_posting), result

    async def _submit(self, draft: Draft, operations: list[Operation]) -> str:
        entity: Row = {"PartitionKey": self.channel, "RowKey": HEAD_KEY, "revision": str(draft.revision)}
        first: Operation = ("create", entity)
        if draft.head.etag is not None:
            condition: dict[str, Any] = {"etag": draft.head.etag, "match_condition": MatchConditions.IfNotModified}
            first = ("update", entity, {"mode": UpdateMode.REPLACE, **condition})
        answers = await self._table.submit_transaction([first, *operations])
        return str(answers[0]["etag"])

    def _forget(self) -> None:
        self._head = None
        self._tail = Tail()

    async def _validated(self) -> Head:
        """The head as it stands; memory is dropped when it was built on another one."""
        head = await self._read_head()
        if self._head is None or self._head.etag != head.etag:
            self._tail = Tail()
        self._head = head
        return head

    async def _read_head(self) -> Head:
        try:
            entity = await self._table.get_entity(self.channel, HEAD_KEY)
        except ResourceNotFoundError:
            return Head(0, None)
        return Head(int(entity["revision"]), entity.metadata["etag"])

    async def _known(self, comment_id: int) -> Stored | None:
        kept = self._tail.get(comment_id)
        if kept is None and not self._tail.knows(comment_id):
            kept = await self.read(comment_id)
            if kept is not None:
                self._tail.put(kept)
        return kept

    async def _read_posting(self, key: str) -> Posting | None:
        try:
            return posting(await self._table.get_entity(self.channel, key))
        except ResourceNotFoundError:
            return None

    async def _messages(self, low: str, high: str, most: int) -> list[Stored]:
        rows = await one_page(self._table, RANGE, {"channel": self.channel, "low": low, "high": high}, most)
        return [stored(entity) for entity in rows]


async def _no_posting(_key: str) -> Posting | None:
    """The first try expects a new client id: one that was used makes the transaction fail, and the next try looks."""
    return None


def _is_full(draft: Draft) -> bool:
    text = sum(len(one.message.text) for one in draft.puts.values())
    return len(draft.puts) * 5 >= FULL_AT_OPERATIONS or text >= FULL_AT_CHARACTERS
