"""Messages in the form of Pushshift's Reddit dumps: a root is a submission, what stands beneath it a comment.

Ids are in base 36 and texts are escaped, as they are there.
"""

import html
from collections.abc import Sequence
from typing import Any, Final

from contracts.jobs import without_mention
from contracts.message import Message
from hub.export.people import People

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """The digits of a number that is not negative."""
    text = ""
    while number >= len(DIGITS):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return DIGITS[number] + text


def submission(message: Message, people: People, bots: Sequence[str], comments: int) -> dict[str, Any]:
    """A root; `bots` were asked by it."""
    return {
        **_common(message, people),
        "title": html.escape(people.without_names(message.topic), quote=False),
        "selftext": _text(message, people, bots),
        "is_self": True,
        "over_18": False,
        "num_comments": comments,
    }


def comment(message: Message, people: People, bots: Sequence[str], root: int) -> dict[str, Any]:
    """What stands beneath `root`; `bots` were asked by it."""
    kind = "t3" if message.parent_id == root else "t1"
    return {
        **_common(message, people),
        "body": _text(message, people, bots),
        "link_id": f"t3_{base36(root)}",
        "parent_id": f"{kind}_{base36(message.parent_id or root)}",
    }


def asked(text: str, bots: Sequence[str]) -> str:
    """A text as the bots that it asked met it: without their own names, unless it says nothing else."""
    said = text
    for bot in bots:
        said = without_mention(said, bot)
    return said or text


def _text(message: Message, people: People, bots: Sequence[str]) -> str:
    return html.escape(people.without_names(asked(message.text, bots)), quote=False)


def _common(message: Message, people: People) -> dict[str, Any]:
    return {
        "id": base36(message.comment_id),
        "subreddit": message.channel,
        "author": people.author(message),
        "is_bot": message.is_bot,
        "score": message.up - message.down,
        "ups": message.up,
        "downs": message.down,
        "created_utc": message.sent_at // 1000,
    }
