"""Searching messages: what may be asked, and what is found."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contracts.wire import TOPIC_LIMIT, ChannelName, CommentId, Milliseconds, PersonName, Wire

MOST_HITS = 50


def _a_day_of_the_calendar(day: str) -> str:
    date.fromisoformat(day)
    return day


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_a_day_of_the_calendar)]


class Search(Wire):
    """Find messages. `text` holds words, "exact phrases", `-without` and `prefix*`; all must be met.

    The hub refuses a text that is too long by its own sentence. A day is one of UTC: from its beginning on, or before
    it. `topic` is found as a phrase. Without a channel, all those are searched that are open to everyone or the
    caller's own. `cursor` is what the page before gave.
    """

    text: str = ""
    channel: ChannelName | None = None
    author: PersonName | None = None
    topic: Annotated[str, Field(min_length=1, max_length=TOPIC_LIMIT)] | None = None
    by: Literal["people", "bots"] | None = None
    sent_from: Milliseconds | Day | None = None
    sent_before: Milliseconds | Day | None = None
    has_picture: bool | None = None
    order: Literal["best", "newest"] = "best"
    cursor: Annotated[str, Field(max_length=100)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 20


class Fragment(Wire):
    """A piece of plain text; `is_match` where it is what was looked for."""

    text: str
    is_match: bool = False


class Hit(Wire):
    """A message that was found, and the part of its text that shows why."""

    comment_id: CommentId
    channel: ChannelName
    sender: str
    is_bot: bool
    sent_at: Milliseconds
    has_picture: bool
    topic: tuple[Fragment, ...]
    text: tuple[Fragment, ...]


class Found(Wire):
    """The answer to `Search`. `next_cursor` leads to the next page, where there is one.

    `is_complete` is false while this hub still reads older messages in: then there may be more than was found.
    """

    ok: Literal[True] = True
    hits: tuple[Hit, ...]
    next_cursor: str | None
    is_complete: bool
