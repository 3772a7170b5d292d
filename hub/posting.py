"""A post: one transaction for the message and its placeholders, then a job for each, then the acknowledgement."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from contracts.bots import BotCard
from contracts.calls import ChannelCard, Posted, ReceiveMessage
from contracts.jobs import Job
from contracts.message import Message
from contracts.wire import TEXT_LIMIT
from hub.archive import Archive
from hub.bots import Bots
from hub.channel_log import ChannelLog
from hub.channels import Channels
from hub.clock import now_ms
from hub.dispatch import answering, job_for, new_job_id
from hub.draft import Draft
from hub.errors import EmptyTextError, NotFoundError, TextTooLongError
from hub.ids import CommentIds
from hub.people import Person
from hub.rows import OpenJob, Posting, Stored, client_key

log = logging.getLogger(__name__)

# An answer within this time leaves no open row to mark; a longer one is marked so that the sweep leaves it alone.
MARK_AFTER_S = 2.0

SendJob = Callable[[Job], Awaitable[None]]


@dataclass(frozen=True)
class Post:
    """What a person sends, checked."""

    request: ReceiveMessage
    text: str
    channel: ChannelCard
    bots: tuple[BotCard, ...]
    author: Person
    connection_id: str


class PostOffice:
    """Takes posts and sends jobs."""

    def __init__(
        self, archive: Archive, channels: Channels, bots: Bots, ids: CommentIds, send: SendJob, deadline_s: int
    ) -> None:
        self._archive = archive
        self._channels = channels
        self._bots = bots
        self._ids = ids
        self._send = send
        self._deadline_ms = deadline_s * 1000
        self._marking: set[asyncio.Task[None]] = set()

    async def receive(self, request: ReceiveMessage, author: Person, connection_id: str) -> Posted:
        """Store a message and ask its bots. Raises HubError; the same `client_id` again gives the same answer."""
        text = checked_text(request.text)
        channel = self._channels.get(request.channel)
        bots = answering(text, request.bot, channel, self._bots.find)
        post = Post(request, text, channel, bots, author, connection_id)
        channel_log = self._archive.channel(channel.name)
        posted, opened = await channel_log.commit(lambda draft: self._write(draft, post))
        # A repeated post has answers but opened nothing.
        asked = zip(posted.answers, opened, strict=False)
        await asyncio.gather(*(self.ask(channel_log, Stored(message=answer), job) for answer, job in asked))
        return posted

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

    async def _mark(self, channel_log: ChannelLog, opened: OpenJob) -> None:
        """Say in the open row that the job is queued, unless the answer is there already."""
        await asyncio.sleep(MARK_AFTER_S)
        try:
            current = await channel_log.stored(opened.comment_id)
            if current is not None and current.message.is_thinking:
                marked = opened.model_copy(update={"queued": True, "touched_at": now_ms()})
                await channel_log.touch(marked, None)
        except Exception:  # the sweep queues the job once more, and the second answer is dropped
            log.warning("job %s could not be marked as queued", opened.job_id, exc_info=True)

    async def _write(self, draft: Draft, post: Post) -> tuple[Posted, tuple[OpenJob, ...]]:
        key = client_key(post.author.name, post.request.client_id)
        earlier = await draft.posting(key)
        if earlier is not None:
            return await _repeated(draft, earlier), ()
        parent = await self._parent(draft, post)
        message = draft.put(Stored(message=self._message(post, parent)))
        placeholders, opened = [], []
        for card in post.bots:
            job = self._open_job(message, card)
            answer = self._placeholder(message, card, job.comment_id, post)
            placeholders.append(draft.put(Stored(message=answer, job_id=job.job_id)))
            draft.open(job)
            opened.append(job)
        answers = tuple(answer.comment_id for answer in placeholders)
        draft.claim(key, Posting(comment_id=message.comment_id, answers=answers))
        return Posted(message=message, answers=tuple(placeholders)), tuple(opened)

    async def _parent(self, draft: Draft, post: Post) -> Message | None:
        if post.request.parent_id is None:
            return None
        parent = await draft.stored(post.request.parent_id)
        if parent is None:
            raise NotFoundError("The message that you reply to is not in this channel.")
        return parent.message

    def _message(self, post: Post, parent: Message | None) -> Message:
        return Message(
            comment_id=self._ids.next(),
            channel=post.channel.name,
            topic=post.request.topic or (parent.topic if parent else post.channel.default_topic),
            sender=post.author.name,
            text=post.text,
            connection_id=post.connection_id,
            parent_id=parent.comment_id if parent else None,
            sent_at=now_ms(),
            revision=0,
            parameters=post.request.parameters,
        )

    def _placeholder(self, message: Message, card: BotCard, comment_id: int, post: Post) -> Message:
        return Message(
            comment_id=comment_id,
            channel=message.channel,
            topic=message.topic,
            sender=card.name,
            text="",
            is_bot=True,
            is_thinking=True,
            parent_id=message.comment_id,
            sent_at=message.sent_at,
            revision=0,
            parameters=post.request.parameters,
        )

    def _open_job(self, message: Message, card: BotCard) -> OpenJob:
        return OpenJob(
            channel=message.channel,
            comment_id=self._ids.next(),
            job_id=new_job_id(),
            pool=card.pool,
            queued=False,
            touched_at=message.sent_at,
            deadline_at=message.sent_at + self._deadline_ms,
        )


def checked_text(text: str) -> str:
    """The text without blank edges. Raises EmptyTextError or TextTooLongError."""
    stripped = text.strip()
    if not stripped:
        raise EmptyTextError("A message needs some text.")
    if len(stripped) > TEXT_LIMIT:
        raise TextTooLongError(f"A message holds at most {TEXT_LIMIT:,} characters; this one has {len(stripped):,}.")
    return stripped


async def _repeated(draft: Draft, earlier: Posting) -> Posted:
    """The answer that the first try got, as it stands by now; told again in case nobody heard it."""
    found = [await draft.stored(comment_id) for comment_id in (earlier.comment_id, *earlier.answers)]
    messages = [one.message for one in found if one is not None]
    for message in messages:
        draft.echo(message)
    return Posted(message=messages[0], answers=tuple(messages[1:]))
