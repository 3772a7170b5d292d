"""Placeholders: each is written with its open row in one transaction; then its job goes to the queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from opentelemetry.trace import SpanKind

from contracts.bots import BotCard
from contracts.jobs import Job
from contracts.message import Message, Parameters
from contracts.names import input_queue
from contracts.tracing import here, span
from contracts.wire import CommentId, Milliseconds
from hub.clock import now_ms
from hub.ids import CommentIds
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import OpenJob, Stored
from hub.talk.dispatch import job_for, new_job_id
from hub.talk.waiting_answers import WaitingAnswers

log = logging.getLogger(__name__)

# An answer within this time leaves no open row to mark; a longer one is marked so that the sweep leaves it alone.
MARK_AFTER_S = 2.0
# A remark that comes later than that has nothing to do with the talk any more.
CHATTER_DEADLINE_MS = 900_000

SendJob = Callable[[Job], Awaitable[None]]


@dataclass(frozen=True)
class Place:
    """Where a message is to stand; without a parent it is a post."""

    channel: str
    topic: str
    parent_id: CommentId | None


class Placeholders:
    """Makes placeholders and sends their jobs."""

    def __init__(self, ids: CommentIds, send: SendJob, deadline_s: int, waiting: WaitingAnswers) -> None:
        self._ids = ids
        self._send = send
        self._waiting = waiting
        self._deadline_ms = deadline_s * 1000
        self._marking: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def put(
        self,
        draft: Draft,
        question: Message,
        card: BotCard,
        *,
        at: Milliseconds,
        parameters: Parameters | None,
        asked_by: str | None = None,
        alternative_of: int | None = None,
    ) -> tuple[Message, OpenJob]:
        """Write the placeholder of a bot's answer to `question`, and its open row.

        Raises TooManyRequestsError where the person who asks waits for too many.
        """
        if asked_by is not None:
            self._waiting.check(question.channel, asked_by, draft.opened_by(asked_by) + 1)
        place = Place(question.channel, question.topic, question.comment_id)
        message, made = self._made(place, card, at, self._deadline_ms)
        job = made.model_copy(update={"asked_by": asked_by})
        message = message.model_copy(update={"parameters": parameters, "alternative_of": alternative_of})
        draft.open(job)
        return draft.put(Stored(message=message, job_id=job.job_id)), job

    def put_chatter(self, draft: Draft, place: Place, card: BotCard, *, at: Milliseconds) -> tuple[Stored, OpenJob]:
        """Likewise, of what a bot says without being asked: soon, or not at all."""
        message, job = self._made(place, card, at, min(self._deadline_ms, CHATTER_DEADLINE_MS))
        draft.open(job)
        placeholder = Stored(message=message, job_id=job.job_id, is_chatter=True)
        return placeholder.model_copy(update={"message": draft.put(placeholder)}), job

    def _made(self, place: Place, card: BotCard, at: Milliseconds, deadline_ms: int) -> tuple[Message, OpenJob]:
        job = OpenJob(
            channel=place.channel,
            comment_id=self._ids.next(),
            job_id=new_job_id(),
            pool=card.pool,
            queued=False,
            touched_at=at,
            deadline_at=at + deadline_ms,
        )
        message = Message(
            comment_id=job.comment_id,
            channel=place.channel,
            topic=place.topic,
            sender=card.name,
            text="",
            is_bot=True,
            is_thinking=True,
            parent_id=place.parent_id,
            sent_at=at,
            revision=0,
        )
        return message, job

    async def ask_all(
        self, channel_log: ChannelLog, placeholders: Sequence[Message], opened: Sequence[OpenJob]
    ) -> None:
        """Queue the jobs of what was just opened; a repeated call has placeholders but opened nothing."""
        self._waiting.opened(opened)
        asked = zip(placeholders, opened, strict=False)
        await asyncio.gather(*(self.ask(channel_log, Stored(message=message), job) for message, job in asked))

    async def ask(self, channel_log: ChannelLog, placeholder: Stored, opened: OpenJob) -> None:
        """Queue the job of a placeholder. A failure is only logged: the open row stands, and the sweep asks again."""
        try:
            job = await job_for(channel_log, placeholder, opened)
            if job is None:
                return
            queue = input_queue(job.pool)
            with span(f"send {queue}", SpanKind.PRODUCER, job=job.job_id, bot=job.bot):
                await self._send(job.model_copy(update={"traceparent": here()}))
        except Exception:
            log.warning("job %s of %s could not be queued yet", opened.job_id, opened.channel, exc_info=True)
            return
        log.info("job %s of %s is queued for %s", job.job_id, job.channel, job.bot)
        task = asyncio.create_task(self._mark(channel_log, opened))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)

    async def close(self) -> None:
        """Mark at once what waits to be marked: another hub's sweep would queue it again."""
        self._closing.set()
        await asyncio.gather(*self._marking)

    async def _mark(self, channel_log: ChannelLog, opened: OpenJob) -> None:
        """Say in the open row that the job is queued, unless the answer is there already."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), MARK_AFTER_S)
        try:
            current = await channel_log.stored(opened.comment_id)
            if current is not None and current.message.is_thinking:
                marked = opened.model_copy(update={"queued": True, "touched_at": now_ms()})
                await channel_log.touch(marked, None)
        except Exception:  # the sweep queues the job once more, and the second answer is dropped
            log.warning("job %s could not be marked as queued", opened.job_id, exc_info=True)
