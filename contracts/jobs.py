"""A job: one answer to be made by one bot, as it travels on an input queue."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.message import Parameters
from contracts.names import DEFAULT_POOL, POOL_PATTERN
from contracts.watching import Traceparent
from contracts.wire import LEFT_OUT_IF_UNSET, ChannelName, CommentId, Milliseconds, PersonName, PictureName, Wire

# The first try and two more: what fails three times will fail a fourth.
MAX_ATTEMPTS = 3


def _not_poison(pool: str) -> str:
    if pool.endswith("poison"):
        raise ValueError("a pool's name must not end in 'poison': its queue would be another pool's poison queue")
    return pool


Pool = Annotated[str, Field(pattern=POOL_PATTERN, max_length=31), AfterValidator(_not_poison)]
JobId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Turn(Wire):
    """One message of the thread that leads to the answer; `images` are the pictures that it carries."""

    author: str
    text: str
    is_bot: bool = False
    images: tuple[PictureName, ...] = ()


class Job(Wire):
    """One answer to be made. `thread` runs from the root to the message that is answered; times in ms since 1970.

    Without a thread a post is wanted, by the bot itself and under a title of its own; `title` is empty then.
    `is_chatter`: nobody asked for it, bots talk among themselves. `attempt` counts the failed tries before this queue
    message was written, `requeue` how often the hub's sweep queued the job again because it showed no sign of life.
    """

    job_id: JobId
    channel: ChannelName
    comment_id: CommentId
    bot: PersonName
    pool: Pool = DEFAULT_POOL
    title: str
    thread: tuple[Turn, ...]
    parameters: Parameters = Parameters()
    asked_at: Milliseconds
    deadline_at: Milliseconds
    attempt: Annotated[int, Field(ge=0, le=1000)] = 0
    requeue: Annotated[int, Field(ge=0, le=1000)] = 0
    is_chatter: Annotated[bool, LEFT_OUT_IF_UNSET] = False
    traceparent: Annotated[Traceparent, LEFT_OUT_IF_UNSET] = None

    @property
    def is_post(self) -> bool:
        """Whether a post is wanted, not an answer."""
        return not self.thread

    @property
    def request(self) -> str:
        """What the person asked of this bot: the last text without the bot's own @name. Empty for a post."""
        return without_mention(self.thread[-1].text, self.bot) if self.thread else ""


def without_mention(text: str, bot: str) -> str:
    """A text without the @name of a bot."""
    return re.sub(rf"@{re.escape(bot)}(?![\w-])[,:]?\s*", "", text, flags=re.IGNORECASE).strip()
