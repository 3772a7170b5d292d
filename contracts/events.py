"""What the engine says of its jobs and of itself. Events are snapshots with a rising `seq`, never deltas."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from contracts.bots import BotCard, BotState
from contracts.jobs import JobId
from contracts.message import Image, MessageErrorCode, Parameters, PictureProgress, Usage
from contracts.watching import Traceparent
from contracts.wire import (
    LARGEST_ID,
    LEFT_OUT_IF_UNSET,
    TEXT_LIMIT,
    TOPIC_LIMIT,
    ChannelName,
    CommentId,
    Milliseconds,
    PersonName,
    Wire,
)

# Progress that nobody fetched within a minute is worth nothing: a later snapshot or the answer replaces it.
PROGRESS_TTL_S = 60
HEARTBEAT_EVERY_S = 10
# Four missed heartbeats: the engine sleeps.
AWAKE_FOR_S = 45

Answer = Annotated[str, Field(max_length=TEXT_LIMIT)]


class JobEvent(Wire):
    """What every event of a job carries, so that the hub finds the row without a search."""

    job_id: JobId
    channel: ChannelName
    comment_id: CommentId
    seq: Annotated[int, Field(ge=0, le=LARGEST_ID)]


class Started(JobEvent):
    """An engine began to work."""

    kind: Literal["started"] = "started"


class Progress(JobEvent):
    """The answer so far."""

    kind: Literal["progress"] = "progress"
    text: Answer = ""
    picture: PictureProgress | None = None


class Terminal(JobEvent):
    """The last event of a job; `traceparent` says what span of the engine's sent it."""

    traceparent: Annotated[Traceparent, LEFT_OUT_IF_UNSET] = None


class Finished(Terminal):
    """The answer. A bot's own post has a title, its `topic`. Terminal."""

    kind: Literal["finished"] = "finished"
    text: Answer = ""
    images: tuple[Image, ...] = ()
    prompt: str | None = None
    parameters: Parameters
    usage: Usage
    topic: Annotated[str, Field(max_length=TOPIC_LIMIT), LEFT_OUT_IF_UNSET] = ""


class Failed(Terminal):
    """No answer, and why: a code and a friendly sentence. Terminal."""

    kind: Literal["failed"] = "failed"
    code: MessageErrorCode
    message: Annotated[str, Field(max_length=500)]


class Heartbeat(Wire):
    """Which bots an engine serves, and how soon each can begin; `leaving` when it goes to sleep."""

    kind: Literal["heartbeat"] = "heartbeat"
    engine_id: Annotated[str, Field(min_length=1, max_length=64)]
    at: Milliseconds
    bots: tuple[BotCard, ...]
    states: dict[PersonName, BotState] = Field(default_factory=dict)
    leaving: bool = False


AnyJobEvent = Started | Progress | Finished | Failed
Event = Annotated[Started | Progress | Finished | Failed | Heartbeat, Field(discriminator="kind")]
EVENT: TypeAdapter[Started | Progress | Finished | Failed | Heartbeat] = TypeAdapter(Event)
