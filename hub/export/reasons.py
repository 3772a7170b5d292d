"""Why a message is left out."""

from enum import StrEnum

from contracts.message import Message
from hub.export.people import People


class Reason(StrEnum):
    """As the summary says it."""

    DELETED = "deleted"
    THINKING = "still being made"
    STOPPED = "stopped"
    FAILED = "failed"
    EMPTY = "without text"
    GUEST = "by guests"
    NOT_AGREED = "by people who have not agreed"
    EARLIER = "by somebody who had the name before"
    BENEATH = "beneath one of these"


def reason_against(message: Message, people: People) -> Reason | None:
    """Why this message is not shared, whatever stands above it."""
    if message.deleted_at is not None:
        return Reason.DELETED
    if message.is_thinking:
        return Reason.THINKING
    if message.error is not None:
        return Reason.STOPPED if message.error.code == "stopped" else Reason.FAILED
    if not message.text.strip():
        return Reason.EMPTY
    return None if message.is_bot else _disagreement(message, people)


def _disagreement(message: Message, people: People) -> Reason | None:
    agreement = people.agreement(message.sender)
    if agreement is None:
        return Reason.NOT_AGREED
    if message.sent_at < agreement.since:
        return Reason.EARLIER
    if agreement.is_guest:
        return Reason.GUEST
    return None if agreement.shares else Reason.NOT_AGREED
