"""A post: one transaction for the message and its placeholders, then a job for each, then the acknowledgement."""

from dataclasses import dataclass

from contracts.bots import BotCard
from contracts.calls import ChannelCard, Posted, ReceiveMessage
from contracts.message import Image, Message
from contracts.wire import TEXT_LIMIT
from hub.bots import Bots
from hub.clock import now_ms
from hub.errors import ConflictError, EmptyTextError, NotFoundError, TextTooLongError
from hub.ids import CommentIds
from hub.log.archive import Archive
from hub.log.draft import Draft
from hub.log.rows import OpenJob, Posting, Stored, client_key
from hub.people import Person
from hub.pictures.book import PictureBook
from hub.talk.dispatch import answering
from hub.talk.mentions import Mentions
from hub.talk.placeholders import Placeholders


@dataclass(frozen=True)
class Post:
    """What a person sends, checked."""

    request: ReceiveMessage
    text: str
    channel: ChannelCard
    bots: tuple[BotCard, ...]
    author: Person
    mentions: tuple[str, ...]
    images: tuple[Image, ...]
    comment_id: int


class PostOffice:
    """Takes posts."""

    def __init__(
        self,
        archive: Archive,
        bots: Bots,
        ids: CommentIds,
        placeholders: Placeholders,
        mentions: Mentions,
        pictures: PictureBook,
    ) -> None:
        self._archive = archive
        self._pictures = pictures
        self._bots = bots
        self._ids = ids
        self._placeholders = placeholders
        self._mentions = mentions

    async def receive(
        self, request: ReceiveMessage, author: Person, channel: ChannelCard, images: tuple[Image, ...]
    ) -> Posted:
        """Store a message and ask its bots. Raises HubError; the same `client_id` again gives the same answer.

        `images` are pictures that the author may post.
        """
        text = checked_text(request.text, may_be_empty=bool(images))
        bots = answering(text, request.bot, channel, self._bots.find)
        mentions = await self._mentions.called_by(text, author)
        post = Post(request, text, channel, bots, author, mentions, images, self._ids.next())
        await self._pictures.posted(images, channel.name, post.comment_id)
        channel_log = self._archive.channel(channel.name)
        posted, opened, is_new = await channel_log.commit(lambda draft: self._write(draft, post))
        if not is_new:
            await self._pictures.withdrawn(images, channel.name, post.comment_id)
        await self._placeholders.ask_all(channel_log, posted.answers, opened)
        if is_new:
            await self._mentions.call(posted.message)
        return posted

    async def _write(self, draft: Draft, post: Post) -> tuple[Posted, tuple[OpenJob, ...], bool]:
        """What was posted, the jobs to ask for, and whether it was posted only now."""
        key = client_key(post.author.name, post.request.client_id)
        earlier = await draft.posting(key)
        if earlier is not None:
            return await repeated(draft, earlier), (), False
        parent = await self._parent(draft, post)
        message = draft.put(Stored(message=self._message(post, parent)))
        placed = [
            self._placeholders.put(
                draft,
                message,
                card,
                at=message.sent_at,
                parameters=post.request.parameters,
                asked_by=post.author.name,
            )
            for card in post.bots
        ]
        answers = tuple(answer for answer, _ in placed)
        draft.claim(key, Posting(comment_id=message.comment_id, answers=tuple(one.comment_id for one in answers)))
        return Posted(message=message, answers=answers), tuple(job for _, job in placed), True

    async def _parent(self, draft: Draft, post: Post) -> Message | None:
        if post.request.parent_id is None:
            return None
        parent = await draft.stored(post.request.parent_id)
        if parent is None:
            raise NotFoundError("The message that you reply to is not in this channel.")
        if parent.message.deleted_at is not None:
            raise ConflictError("The message that you reply to was deleted.")
        return parent.message

    def _message(self, post: Post, parent: Message | None) -> Message:
        return Message(
            comment_id=post.comment_id,
            channel=post.channel.name,
            topic=post.request.topic or (parent.topic if parent else post.channel.default_topic),
            sender=post.author.name,
            text=post.text,
            connection_id=post.author.connection,
            parent_id=parent.comment_id if parent else None,
            sent_at=now_ms(),
            revision=0,
            images=post.images,
            parameters=post.request.parameters,
            mentions=post.mentions,
        )


def checked_text(text: str, *, may_be_empty: bool = False) -> str:
    """The text without blank edges. Raises EmptyTextError or TextTooLongError."""
    stripped = text.strip()
    if not stripped and not may_be_empty:
        raise EmptyTextError("A message needs some text, or a picture.")
    if len(stripped) > TEXT_LIMIT:
        raise TextTooLongError(f"A message holds at most {TEXT_LIMIT:,} characters; this one has {len(stripped):,}.")
    return stripped


async def repeated(draft: Draft, earlier: Posting) -> Posted:
    """The answer that the first try got, as it stands by now; told again in case nobody heard it."""
    found = [await draft.stored(comment_id) for comment_id in (earlier.comment_id, *earlier.answers)]
    messages = [one.message for one in found if one is not None]
    for message in messages:
        draft.echo(message)
    return Posted(message=messages[0], answers=tuple(messages[1:]))
