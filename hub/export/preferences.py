"""Pairs of answers to the same message of which people liked one better, with the thread as the bot met it."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from contracts.message import Message
from hub.export.people import People
from hub.export.reddit import asked


def preferences(siblings: Sequence[Message], thread: Sequence[Message], people: People) -> Iterator[dict[str, Any]]:
    """All pairs of different answers and different net votes; `thread` leads from its root to the question."""
    body, *ancestors = _turns(thread, siblings[0].sender, people)
    context = {
        "subreddit": siblings[0].channel,
        "title": people.without_names(siblings[0].topic),
        "body": body["text"],
        "author": body["author"],
        "ancestors": ancestors,
    }
    for one, other in combinations(siblings, 2):
        if _score(one) != _score(other) and one.text != other.text:
            rejected, chosen = sorted((one, other), key=_score)
            yield {**context, "chosen": _answer(chosen, people), "rejected": _answer(rejected, people)}


def _turns(thread: Sequence[Message], bot: str, people: People) -> list[dict[str, str]]:
    """As in a job: the last text is without the bot's own name."""
    texts = [*(message.text for message in thread[:-1]), asked(thread[-1].text, [bot])]
    return [
        {"author": people.author(message), "text": people.without_names(text)}
        for message, text in zip(thread, texts, strict=True)
    ]


def _answer(message: Message, people: People) -> dict[str, Any]:
    return {"author": people.author(message), "text": people.without_names(message.text), "score": _score(message)}


def _score(message: Message) -> int:
    return message.up - message.down
