"""The calls about reports: what people find that should not stand, and what moderators did about it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.wire import ChannelName, CommentId, Milliseconds, PersonName, Wire

Reason = Literal["spam", "harassment", "hate", "sexual", "violence", "illegal", "rules", "other"]
Resolution = Literal["dismissed", "removed"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]


class ReportMessage(Wire):
    """Tell the moderators of a message. Once a person and message."""

    channel: ChannelName
    comment_id: CommentId
    reason: Reason
    words: Words = ""


class ListReports(Wire):
    """The reports of a channel that nobody has resolved, for its moderators."""

    channel: ChannelName
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ResolveReport(Wire):
    """End a report: nothing was wrong, or the message is removed with it. A moderator's call."""

    channel: ChannelName
    comment_id: CommentId
    reporter: PersonName
    resolution: Resolution


class Report(Wire):
    """A report; `text` and `sender` are the message's as they were then."""

    channel: ChannelName
    comment_id: CommentId
    reporter: str
    reason: Reason
    words: str
    sender: str
    text: str
    reported_at: Milliseconds
    resolution: Resolution | None = None
    resolved_by: str | None = None
    resolved_at: Milliseconds | None = None


class Reports(Wire):
    """The answer to `ListReports`, by the message."""

    ok: Literal[True] = True
    reports: tuple[Report, ...]
    has_more: bool
