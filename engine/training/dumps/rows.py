"""One line of a dump: what is kept of it, and what is wrong with it."""

from typing import Final

import msgspec

SHOWN_CHARACTERS: Final = 80
BROKEN, ENCODING, FIELDS, UNNAMED = "broken JSON", "wrong encoding", "missing or wrong field", "no subreddit"


class Row(msgspec.Struct, gc=False):
    """A post (it has a title) or a comment (it has a body), with the fields that matter; `line` counts from its block.

    Numbers as ids, and comments without a parent, are how some years of the dumps write them.
    """

    id: str | int
    subreddit: str | None = None
    author: str | None = None
    score: int | float | None = None
    stickied: bool | None = None
    title: str | None = None
    selftext: str | None = None
    is_self: bool | None = None
    url: str | None = None
    over_18: bool | None = None
    body: str | None = None
    link_id: str | int | None = None
    parent_id: str | int | None = None
    line: int = 0

    def is_whole(self) -> bool:
        return (self.body is not None and self.link_id is not None) or self.title is not None


class StoredRow(Row, array_like=True):
    """The same as it is kept between reading and choosing."""


class Trouble(msgspec.Struct, array_like=True, frozen=True):
    """A line that is skipped; `seen` is its beginning."""

    kind: str
    line: int
    seen: str


def bare_id(given: str | int) -> str:
    """In base 36, without the prefix that says what it is of."""
    if isinstance(given, str):
        return given.removeprefix("t1_").removeprefix("t3_")
    digits = ""
    number = abs(given)
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


_DECODER: Final = msgspec.json.Decoder(Row)


def rows_of(lines: memoryview) -> list[Row] | None:
    """All at once, which is four times as fast as orjson; None where one of them is not right."""
    try:
        return _DECODER.decode_lines(lines)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def row_of(line: bytes, number: int) -> Row | Trouble:
    try:
        row = _DECODER.decode(line)
    except msgspec.ValidationError:
        return _trouble(FIELDS, line, number)
    except (msgspec.DecodeError, RecursionError):  # lists in lists in lists
        return _trouble(BROKEN, line, number)
    except UnicodeDecodeError:
        return _trouble(ENCODING, line, number)
    if row.subreddit is None:
        return _trouble(UNNAMED, line, number)
    row.line = number
    return row if row.is_whole() else _trouble(FIELDS, line, number)


def _trouble(kind: str, line: bytes, number: int) -> Trouble:
    return Trouble(kind, number, line[:SHOWN_CHARACTERS].decode("utf-8", "backslashreplace"))
