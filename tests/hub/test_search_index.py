"""What the index itself promises: no text breaks it, and nothing is found outside the channels that were named."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from contracts.message import Message
from contracts.wire import LARGEST_ID
from hub.errors import BadSearchError
from hub.search.index import Index, Place, Question
from hub.search.wishes import MOST_CHARACTERS, MOST_WORDS, wish

ODD: Final = (
    *(
        '"',
        '""',
        '"""',
        "'",
        "*",
        "**",
        "^",
        "-",
        "--",
        "+",
        "(",
        ")",
        "((",
        ":",
        "{",
        "}",
        ",",
        ".",
        ";",
        "\\",
        "/",
        "%",
    ),
    *("AND", "OR", "NOT", "NEAR", "NEAR(a b, 2)", "text:", "topic : x", "{text topic}: a", "rowid:1", "words", "rank"),
    *(
        "hen",
        "hen*",
        "-hen",
        '"hen egg"',
        '-"hen"',
        "hén",
        "🐔",
        "👩🏽‍🌾",
        "鸡蛋",
        "ごはん",
        "ไข่",
        "हिन्दी",
        "ﷺ",
        "ß",
        "İ",
    ),
    *("\x00", "\x01", "\x02", "\ud800", "\u200b", "\u200d", "\ufe0f", "\u0301", "\n", "\t", "\U0010ffff", "�", " "),
)
HENS: Final = Question(
    channels=("Open",),
    match='"hen"',
    without=None,
    author=None,
    is_bot=None,
    has_picture=None,
    sent_from=None,
    sent_before=None,
    newest=LARGEST_ID,
    is_ranked=True,
    limit=50,
    offset=0,
)


def message(
    comment_id: int, text: str, channel: str = "Open", revision: int = 1, deleted_at: int | None = None
) -> Message:
    return Message(
        comment_id=comment_id,
        channel=channel,
        topic="General",
        sender="alice",
        text=text,
        sent_at=comment_id,
        revision=revision,
        deleted_at=deleted_at,
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    held = Index(tmp_path / "search.sqlite")
    yield held
    held.close()


def ids(index: Index, question: Question) -> list[int]:
    return [line.comment_id for line in index.ask(question)]


@pytest.mark.parametrize("seed", range(4))
def test_no_text_is_an_error_of_the_index(index: Index, seed: int) -> None:
    chance = random.Random(seed)
    texts = ["".join(chance.choices(ODD, k=chance.randint(1, 8))) for _ in range(400)]
    texts += [" ".join(chance.choices(ODD, k=chance.randint(1, 12))) for _ in range(400)]
    texts += ["".join(map(chr, chance.choices(range(0x110000), k=9))) for _ in range(200)]
    index.write([message(number + 1, text) for number, text in enumerate(texts)], {})
    asked = 0
    for text in texts:
        try:
            wanted = wish(text, chance.choice((None, None, text)))
        except BadSearchError:
            continue
        index.ask(replace(HENS, match=wanted.match, without=wanted.without, is_ranked=chance.random() < 0.5))
        asked += 1
    assert asked > 500


def test_what_is_too_long_is_refused() -> None:
    assert wish("x " * MOST_WORDS, None).match
    for text in ("x" * (MOST_CHARACTERS + 1), "x " * (MOST_WORDS + 1)):
        with pytest.raises(BadSearchError):
            wish(text, None)


def test_nothing_is_found_in_channels_that_were_not_named(index: Index) -> None:
    index.write([message(1, "hen"), message(2, "hen", "Secret"), message(3, "hen", "Secret")], {})
    assert ids(index, HENS) == [1]
    assert ids(index, replace(HENS, match=None)) == [1]
    assert ids(index, replace(HENS, channels=())) == []
    assert ids(index, replace(HENS, match=None, without='"hen"')) == []


def test_the_newest_revision_wins_whatever_the_order(index: Index) -> None:
    index.write([message(1, "a hen edited", revision=3)], {})
    index.write([message(1, "a hen", revision=1)], {})
    assert [line.text for line in index.ask(HENS)] == ["a \x01hen\x02 edited"]
    index.write([message(1, "", revision=4, deleted_at=9)], {})
    assert ids(index, HENS) == []
    assert index.count() == 0


def test_who_leaves_the_house_is_no_author_any_more(index: Index) -> None:
    index.write([message(1, "hen")], {})
    index.write([message(1, "hen", revision=2).model_copy(update={"sender": "deleted"})], {})
    assert ids(index, replace(HENS, author="alice")) == []
    assert [line.sender for line in index.ask(HENS)] == ["deleted"]


def test_what_is_better_comes_first_and_of_equals_the_newest(index: Index) -> None:
    index.write([message(number, f"filler {number}") for number in range(10, 200)], {})
    index.write(
        [message(1, "hen hen hen"), message(2, "hen and a long tail of other words"), message(3, "hen hen hen")], {}
    )
    assert ids(index, HENS) == [3, 1, 2]
    assert ids(index, replace(HENS, is_ranked=False)) == [3, 2, 1]


def test_a_channel_is_forgotten_piece_by_piece(index: Index) -> None:
    index.write([message(number, "hen") for number in range(1, 8)], {"Open": Place(7, None)})
    assert not index.forget("Open", 5)
    assert index.places() == {}
    assert index.forget("Open", 5)
    assert (ids(index, HENS), index.count()) == ([], 0)


def test_a_file_belongs_to_one_process_and_is_free_after_it(tmp_path: Path) -> None:
    held = Index(tmp_path / "one.sqlite")
    held.write([message(1, "hen")], {"Open": Place(1, None)})
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Index(tmp_path / "one.sqlite")
    held.close()
    again = Index(tmp_path / "one.sqlite")
    assert (ids(again, HENS), again.places()) == ([1], {"Open": Place(1, None)})
    again.close()
