"""From lines to the rows of the wanted subreddits, gathered by post and packed; any process may do it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Self

import msgspec

from engine.training.dumps.rows import Row, Trouble, bare_id, row_of, rows_of

_KEY: Final = b'"subreddit":'
_LONGEST_VALUE: Final = 64  # a name has at most 23 characters; with room for its quotes and a space
_LOOKED_AT: Final = 32  # lines that show whether most are ours
_SHOWN: Final = 5

Names = frozenset[bytes]
_PACK: Final = msgspec.msgpack.Encoder()


class Troubles(msgspec.Struct, array_like=True):
    """How many lines of one kind were skipped, and the first of them."""

    count: int = 0
    first: list[Trouble] = []

    def note(self, trouble: Trouble) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(trouble)


class Parsed(msgspec.Struct, array_like=True):
    """`posts` are packed one by one, comments in a list for each post that they stand under: fewer rows to write."""

    lines: int
    rows: int
    posts: list[tuple[str, bytes]]
    comments: list[tuple[str, bytes]]
    troubles: dict[str, Troubles]

    @classmethod
    def of(cls, lines: int, rows: list[Row], troubles: dict[str, Troubles]) -> Self:
        posts: list[tuple[str, bytes]] = []
        comments: dict[str | int, list[tuple[object, ...]]] = {}
        for row in rows:
            if row.title is not None:
                posts.append((bare_id(row.id), _PACK.encode(msgspec.structs.astuple(row))))
            elif row.link_id is not None:
                comments.setdefault(row.link_id, []).append(msgspec.structs.astuple(row))
        packed = [(bare_id(post), _PACK.encode(under)) for post, under in comments.items()]
        return cls(lines, len(rows), posts, packed, troubles)


def lower_names(subreddits: Iterable[str]) -> Names:
    return frozenset(name.lower().encode() for name in subreddits)


def parse(chunks: Iterable[bytes], names: Names) -> Parsed:
    """Chunks of whole lines, best as small as the processor's cache; lines count from 0, empty ones not."""
    lines, rows = 0, list[Row]()
    troubles: dict[str, Troubles] = {}
    for chunk in chunks:
        whole = _all_rows(chunk, names, lines) if _is_mostly_ours(chunk, names) else None
        if whole:
            lines += whole[0]
            rows += whole[1]
            continue
        before = lines
        for number, found in _scanned(chunk, names, before):
            lines = before + number
            if isinstance(found, Row):
                rows.append(found)
            elif found:
                troubles.setdefault(found.kind, Troubles()).note(found)
    return Parsed.of(lines, rows, troubles)


def _is_mostly_ours(chunk: bytes, names: Names) -> bool:
    first = islice(_scanned(chunk, names, 0), _LOOKED_AT)
    return sum(isinstance(found, Row) for _, found in first) > _LOOKED_AT // 2


def _all_rows(chunk: bytes, names: Names, before: int) -> tuple[int, list[Row]] | None:
    """Number of lines, and rows; None where a line needs a closer look."""
    decoded = rows_of(chunk)
    if decoded is None:
        return None
    rows = []
    for number, row in enumerate(decoded, before):
        if row.subreddit is None:
            return None
        if row.subreddit.lower().encode() in names:
            if not row.is_whole():
                return None
            row.line = number
            rows.append(row)
    return len(decoded), rows


def _scanned(chunk: bytes, names: Names, before: int) -> Iterator[tuple[int, Row | Trouble | None]]:
    """For each line that is ours or does not say whose it is, and at the end: how many lines so far, and what it is.

    Only bytes are compared before a line is parsed: inside a text the key's quotes would be escaped. Its first place
    in a line decides, but in posts, which may hold the post that they repeat.
    """
    find = chunk.find
    start = lines = 0
    place = -1
    first_end = find(b"\n")
    has_nested = find(b'"link_id":', 0, first_end) < 0 and b'"crosspost_parent_list":' in chunk
    while start < len(chunk):
        end = find(b"\n", start)
        if end < 0:
            end = len(chunk)
        if place < start:
            place = find(_KEY, start)
            if place < 0:
                place = len(chunk)
        if place >= end or _is_named(chunk, place, names) or (has_nested and _holds_name(chunk, place, end, names)):
            line = chunk[start:end].strip()
            if line:
                yield lines + 1, row_of(line, before + lines, names)
        if end > start:
            lines += 1
        start = end + 1
    yield lines, None


def _is_named(chunk: bytes, place: int, names: Names) -> bool:
    """Whether the key at the place has one of the names."""
    value = chunk[place + len(_KEY) : place + len(_KEY) + _LONGEST_VALUE].split(b'"', 2)
    return len(value) == 3 and value[1].lower() in names


def _holds_name(chunk: bytes, place: int, end: int, names: Names) -> bool:
    while 0 <= place < end:
        if _is_named(chunk, place, names):
            return True
        place = chunk.find(_KEY, place + 1, end)
    return False
