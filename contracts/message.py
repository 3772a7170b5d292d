"""A message as every client, the hub and the tables hold it."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.wire import ChannelName, CommentId, Milliseconds, PictureName, Revision, Wire

MessageErrorCode = Literal[
    "bad_request",
    "bot_failed",
    "expired",
    "model_unavailable",
    "out_of_memory",
    "stopped",
    "unknown_bot",
    "unsafe_picture",
]


class Parameters(Wire):
    """What a person may ask of a model; what is left out is the bot's own default."""

    max_new_tokens: Annotated[int, Field(ge=1, le=2048)] | None = None
    temperature: Annotated[float, Field(ge=0, le=5)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=1, le=1000)] | None = None
    repetition_penalty: Annotated[float, Field(ge=1, le=5)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    steps: Annotated[int, Field(ge=1, le=200)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    width: Annotated[int, Field(ge=8, le=2048, multiple_of=8)] | None = None
    height: Annotated[int, Field(ge=8, le=2048, multiple_of=8)] | None = None
    negative_prompt: Annotated[str, Field(max_length=1000)] | None = None
    # Pictures of one answer.
    count: Annotated[int, Field(ge=1, le=4)] | None = None
    # How far a picture that is painted over may leave the one it began with; at 1 nothing of it is left.
    strength: Annotated[float, Field(gt=0, le=1)] | None = None


class Usage(Wire):
    """What an answer cost, and what is needed to make it again."""

    model: str
    dialect: str | None = None
    seed: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tokens_per_second: float | None = None
    queue_ms: Milliseconds
    compute_ms: Milliseconds


class Image(Wire):
    """A picture in blob storage; its name is the SHA-256 of its bytes and the file type. Sizes in pixels.

    `thumbnail` is a small WebP of it, where there is one.
    """

    name: PictureName
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    alt: str = ""
    thumbnail: PictureName | None = None


class PictureProgress(Wire):
    """How far a picture is; the preview is a small `data:` address (at most 12 KiB of picture)."""

    step: Annotated[int, Field(ge=0)]
    steps: Annotated[int, Field(ge=1)]
    preview: Annotated[str, Field(max_length=17_000, pattern=r"^data:image/(webp|jpeg|png);base64,")] | None = None


class MessageError(Wire):
    """Why a bot's message has no answer: a code for programs, a sentence for people."""

    code: MessageErrorCode
    message: str


class Message(Wire):
    """One message. Times are milliseconds since 1970 (UTC); ids and revisions are exact in JavaScript.

    `comment_id` rises with time and is unique over all hubs. `revision` rises by one with every change in the channel,
    so a client that holds revision n and hears n+2 knows that it missed one. What was deleted keeps its place and loses
    its words. `alternative_of` is the first answer of those that one question got from one bot, one after the other;
    `shown`, in that first one, is the id of the one to show. `mentions` are accounts that the text calls by name.
    """

    comment_id: CommentId
    channel: ChannelName
    topic: str
    sender: str
    text: str
    prompt: str | None = None
    connection_id: str | None = None
    is_bot: bool = False
    is_thinking: bool = False
    parent_id: CommentId | None = None
    alternative_of: CommentId | None = None
    shown: CommentId | None = None
    sent_at: Milliseconds
    edited_at: Milliseconds | None = None
    deleted_at: Milliseconds | None = None
    revision: Revision
    images: tuple[Image, ...] = ()
    mentions: tuple[str, ...] = ()
    parameters: Parameters | None = None
    usage: Usage | None = None
    up: Annotated[int, Field(ge=0)] = 0
    down: Annotated[int, Field(ge=0)] = 0
    error: MessageError | None = None
    progress: PictureProgress | None = None
