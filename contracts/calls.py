"""The Socket.IO calls: what a client sends, how it is acknowledged, and what the hub sends by itself."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.bots import BotStatus
from contracts.message import Message, Parameters
from contracts.wire import TOPIC_LIMIT, ChannelName, CommentId, PersonName, PictureName, Revision, Wire

PAGE_SIZE = 50
LARGEST_PAGE = 200
# Of one message; also how many a bot that sees looks at.
MOST_IMAGES = 4

ErrorCode = Literal[
    "bad_request",
    "broken_picture",
    "conflict",
    "empty_text",
    "forbidden",
    "internal",
    "invalid_credentials",
    "name_taken",
    "not_found",
    "picture_too_large",
    "storage_unavailable",
    "text_too_long",
    "too_many_requests",
    "unauthorized",
    "unknown_bot",
    "unknown_channel",
    "unsupported_picture",
    "weak_password",
]

Chatter = Literal["off", "slow", "lively"]
Visibility = Literal["public", "unlisted", "invite"]
Topic = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TOPIC_LIMIT)]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


# Opaque: where the next page begins.
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]


class Connect(Wire):
    """Join a channel."""

    channel: ChannelName


class Disconnect(Wire):
    """Leave a channel."""

    channel: ChannelName


class ReceiveMessage(Wire):
    """Post a message. `client_id` makes a retry harmless; the sender is who the token says.

    The hub refuses an empty text and one over the limit by their own codes, so the model sets no bounds on it. `images`
    are names of pictures that the sender has uploaded or may see elsewhere; with one, the text may be empty.
    """

    channel: ChannelName
    text: str
    client_id: ClientId
    topic: Topic = ""
    bot: PersonName | None = None
    parent_id: CommentId | None = None
    parameters: Parameters | None = None
    images: Annotated[tuple[PictureName, ...], Field(max_length=MOST_IMAGES)] = ()


class GetMessagesForChannel(Wire):
    """A page of history: the newest, those before a comment id, or what changed after a revision.

    `cursor`: what an earlier page called its `next_cursor`, in place of `before`.
    """

    channel: ChannelName
    cursor: Cursor | None = None
    before: CommentId | None = None
    after: Revision | None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE_SIZE


class GetMessage(Wire):
    """One message as it stands."""

    channel: ChannelName
    comment_id: CommentId


class StopThinking(Wire):
    """End an answer that is being made."""

    channel: ChannelName
    comment_id: CommentId


class Regenerate(Wire):
    """Ask the same bot for another answer to the same message; the earlier one stays.

    `client_id` makes a retry harmless; without one each call makes an answer.
    """

    channel: ChannelName
    comment_id: CommentId
    client_id: ClientId | None = None


class EditMessage(Wire):
    """Change the words of a message of one's own. Whom it calls does not change: an edit adds no mention.

    `client_id` makes a retry harmless; `revision`: the message's own, as the caller saw it; a newer one is a conflict.
    """

    channel: ChannelName
    comment_id: CommentId
    text: str
    client_id: ClientId | None = None
    revision: Revision | None = None


class ChooseAnswer(Wire):
    """Say which of the answers that one question got from one bot is shown."""

    channel: ChannelName
    comment_id: CommentId


class DeleteMessage(Wire):
    """Delete a message of one's own, or a bot's answer to one; moderators delete any."""

    channel: ChannelName
    comment_id: CommentId


class Vote(Wire):
    """Say what a message is worth; 0 takes it back. One vote a person, the last one counts."""

    channel: ChannelName
    comment_id: CommentId
    value: Literal[-1, 0, 1]


class Typing(Wire):
    """The caller is writing."""

    channel: ChannelName


class CallError(Wire):
    """A code for programs, a sentence for people; `retry_after_s`: when the same call may succeed, if that is known."""

    code: ErrorCode
    message: str
    retry_after_s: Annotated[int, Field(ge=1)] | None = None


class Refusal(Wire):
    """Every call that fails is acknowledged with this."""

    ok: Literal[False] = False
    error: CallError


class Done(Wire):
    """The acknowledgement that has nothing to add."""

    ok: Literal[True] = True


class ChannelCard(Wire):
    """A channel as a list shows it. `bot` answers what is addressed to nobody; of `bots` alone, if any are named.

    `chatter`: how much its bots say without being asked. `visibility`: a public channel is in everybody's list, an
    unlisted one is open to who knows its name, and of one by invitation others do not learn that it is there.
    `ownerless`: the house made it, and administrators keep it. `version` rises with every change of the card.
    """

    name: ChannelName
    title: str = ""
    description: str = ""
    default_topic: str = "General"
    bot: PersonName | None = None
    chatter: Chatter = "off"
    rules: str = ""
    bots: tuple[PersonName, ...] | None = None
    visibility: Visibility = "public"
    archived: bool = False
    ownerless: bool = False
    version: Revision = 0


class Page(Wire):
    """Messages in rising order of comment id; `revision` is the channel's own when the page was read.

    After `after`: `has_more` says that more changes than the limit were made, and the client loads afresh.
    Otherwise `next_cursor` leads to the messages before these, if there are any.
    """

    ok: Literal[True] = True
    messages: tuple[Message, ...]
    has_more: bool
    revision: Revision
    next_cursor: Cursor | None = None


class OneMessage(Wire):
    """The answer to `GetMessage`."""

    ok: Literal[True] = True
    message: Message


class Joined(Wire):
    """The answer to `Connect`: the channel, its newest page, who is here, the bots, and who the caller is."""

    ok: Literal[True] = True
    channel: ChannelCard
    page: Page
    present: tuple[str, ...]
    bots: tuple[BotStatus, ...]
    you: str


class Posted(Wire):
    """The answer to `ReceiveMessage` and `Regenerate`: the message, and the placeholders of the bots that answer."""

    ok: Literal[True] = True
    message: Message
    answers: tuple[Message, ...]


class Changed(Wire):
    """The answer to `EditMessage` and `ChooseAnswer`: the message as it stands now."""

    ok: Literal[True] = True
    message: Message


class Voted(Wire):
    """The answer to `Vote`: how the message stands now."""

    ok: Literal[True] = True
    up: Annotated[int, Field(ge=0)]
    down: Annotated[int, Field(ge=0)]


class SendMessages(Wire):
    """Several messages, new or changed, as one broadcast."""

    channel: ChannelName
    messages: tuple[Message, ...]


class Presence(Wire):
    """Who is in a channel now."""

    channel: ChannelName
    present: tuple[str, ...]


class BotStatuses(Wire):
    """All bots and whether they are awake."""

    bots: tuple[BotStatus, ...]


class SomeoneTypes(Wire):
    """Somebody is writing in a channel."""

    channel: ChannelName
    sender: str


class ChannelCards(Wire):
    """The channels that one may read, in the order of their names."""

    channels: tuple[ChannelCard, ...]


class ChannelChanged(Wire):
    """A channel is new, or its card changed."""

    channel: ChannelCard


class ChannelGone(Wire):
    """A channel is no more, or no longer the hearer's."""

    channel: ChannelName


class Mentioned(Wire):
    """Somebody called the hearer by name, in a channel that the hearer may read."""

    message: Message
