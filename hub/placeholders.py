"""Placeholders: each is written with its open row in one transaction; then its job goes to the queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from contracts.bots import BotCard
from contracts.jobs import Job
from contracts.message import Message, Parameters
from contracts.wire import Milliseconds
from hub.channel_log import ChannelLog
from hub.clock import now_ms
from hub.dispatch import job_for, new_job_id
from hub.draft import Draft
from hub.ids import CommentIds
from hub.rows import OpenJob, Stored

log = logging.getLogger(__name__)

# An answer within this time leaves no open row to mark; a longer one is marked so that the sweep leaves it alone.
MARK_AFTER_S = 2.0

SendJob = Callable[[Job], Awaitable[None]]


class Placeholders:
    """Makes placeholders and sends their jobs."""

    def __init__(self, ids: CommentIds, send: SendJob, deadline_s: int) -> None:
        self._ids = ids
        self._send = send
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
        alternative_of: int | None = None,
    ) -> tuple[Message, OpenJob]:
        """Write the placeholder of a bot's answer to `question`, and its open row."""
        job = OpenJob(
            channel=question.channel,
            comment_id=self._ids.next(),
            job_id=new_job_id(),
            pool=card.pool,
            queued=False,
            touched_at=at,
            deadline_at=at + self._deadline_ms,
        )
        message = Message(
            comment_id=job.comment_id,
            channel=question.channel,
            topic=question.topic,
            sender=card.name,
            text="",
            is_bot=True,
            is_thinking=True,
            parent_id=question.comment_id,
            alternative_of=alternative_of,
            sent_at=at,
            revision=0,
            parameters=parameters,
        )
        draft.open(job)
        return draft.put(Stored(message=message, job_id=job.job_id)), job

    async def ask_all(
        self, channel_log: ChannelLog, placeholders: Sequence[Message], opened: Sequence[OpenJob]
    ) -> None:
        """Queue the jobs of what was just opened; a repeated call has placeholders but opened nothing."""
        asked = zip(placeholders, opened, strict=False)
        await asyncio.gather(*(self.ask(channel_log, Stored(message=message), job) for message, job in asked))

    async def ask(self, channel_log: ChannelLog, placeholder: Stored, opened: OpenJob) -> None:
        """Queue the job of a placeholder. A failure is only logged: the open row stands, and the sweep asks again."""
        try:
            job = await job_for(channel_log, placeholder, opened)
            if job is None:
                return
            await self._send(job)
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
