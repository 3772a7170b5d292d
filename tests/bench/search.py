"""Searching among 100,000 messages: how long questions take, how fast the index takes messages in, how large it is."""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from pathlib import Path
from typing import Final

from contracts.message import Message
from contracts.wire import LARGEST_ID
from hub.search.index import Index, Place, Question
from hub.search.wishes import wish
from tests.bench.report import Figures, median, table, verdict

MESSAGES_A_WRITE: Final = 200
WORDS: Final = 20_000
WORDS_A_MESSAGE: Final = 40
CHANNELS: Final = 50
FIRST_SENT_MS: Final = 1_780_000_000_000
# What people still take for at once.
AT_ONCE_MS: Final = 300.0

SYLLABLES: Final = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu")


@dataclass(frozen=True)
class Size:
    """Messages in the index, and how often each question is asked."""

    messages: int
    asked: int


FULL: Final = Size(messages=100_000, asked=20)
SMALLEST: Final = Size(messages=1_000, asked=2)


def word(rank: int) -> str:
    """A word as often as its rank says, and as long as one is."""
    syllables = []
    # Neighbours in rank are no neighbours in the dictionary.
    left = rank * 7919 % 50_625 + 50_625
    while left:
        left, at = divmod(left, len(SYLLABLES))
        syllables.append(SYLLABLES[at])
    return "".join(syllables)


ASKED: Final = {
    "rare word": word(9_999),
    "two words": f"{word(300)} {word(700)}",
    "commonest word": word(0),
    "phrase": f'"{word(0)} {word(1)}"',
    "prefix of two letters": f"{word(50)[:2]}*",
    "prefix of four letters": f"{word(50)[:4]}*",
    "without": f"{word(50)} -{word(0)}",
}


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.sqlite"
        index = Index(path)
        began = time.perf_counter()
        fill(index, size.messages)
        fill_s = time.perf_counter() - began
        took_ms = {name: _took_ms(index, text, size.asked) for name, text in ASKED.items()}
        index.close()
        size_mib = path.stat().st_size / 2**20
    return _report(size, fill_s, size_mib, took_ms)


def fill(index: Index, messages: int) -> None:
    """Write so many messages of words as often as in a language, into fifty channels."""
    left = _messages(messages)
    while batch := list(islice(left, MESSAGES_A_WRITE)):
        index.write(batch, {message.channel: Place(message.revision, None) for message in batch})


def _messages(count: int) -> Iterator[Message]:
    chance = random.Random(5)
    words = [*map(word, range(WORDS))]
    # The n-th word is n times as rare as the first.
    weights = list(accumulate(1 / (number + 1) for number in range(WORDS)))
    for number in range(count):
        yield Message(
            comment_id=number + 1,
            channel=f"Channel{number % CHANNELS}",
            topic="General",
            sender=f"person-{number % 500}",
            text=" ".join(chance.choices(words, cum_weights=weights, k=WORDS_A_MESSAGE)),
            sent_at=FIRST_SENT_MS + number * 1000,
            revision=number // CHANNELS + 1,
        )


def _took_ms(index: Index, text: str, asked: int) -> list[float]:
    wanted = wish(text, None)
    question = Question(
        channels=tuple(f"Channel{number}" for number in range(CHANNELS)),
        match=wanted.match,
        without=wanted.without,
        author=None,
        is_bot=None,
        has_picture=None,
        sent_from=None,
        sent_before=None,
        newest=LARGEST_ID,
        is_ranked=True,
        limit=21,
        offset=0,
    )
    times = []
    for number in range(asked):
        began = time.perf_counter()
        index.ask(replace(question, is_ranked=number % 2 == 0))
        times.append((time.perf_counter() - began) * 1000)
    return times


def _report(size: Size, fill_s: float, size_mib: float, took_ms: dict[str, list[float]]) -> Figures:
    rows = [[name, median(times), max(times)] for name, times in took_ms.items()]
    table(f"Questions to an index of {size.messages:,} messages", ("question", "median ms", "longest ms"), rows)
    table("The index", ("messages/s written", "MiB"), [[size.messages / fill_s, size_mib]])
    return {
        "ms": {str(row[0]): row[1] for row in rows},
        "messages_per_s": size.messages / fill_s,
        "mib": size_mib,
        "slowest": verdict(
            "slowest question, ms", max(median(times) for times in took_ms.values()), AT_ONCE_MS, at_most=True
        ),
    }
