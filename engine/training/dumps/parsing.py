"""From lines to the rows of the wanted subreddits, gathered by post and packed; any process may do it."""

import mmap
import re
from collections.abc import Iterable, Iterator
from typing import Final, Self

import msgspec

from engine.training.dumps.rows import Row, Trouble, bare_id, row_of, rows_of

_KEY: Final = b'"subreddit":'
# Small enough for a processor's second cache, and for malloc to keep the memory for the next.
_CHUNK_BYTES: Final = 1 << 16
_LOOKED_AT: Final = 32  # lines that show whether most are ours
_SHOWN: Final = 5

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


class Wanted:
    """The subreddits to look for, in any case."""

    def __init__(self, subreddits: Iterable[str]) -> None:
        self.lower_names = frozenset(name.lower() for name in subreddits)
        names = "|".join(map(re.escape, self.lower_names))
        self.is_named_at: Final = re.compile(rf'"subreddit": *"(?:{names})"'.encode(), re.IGNORECASE).match


def parse(memory: mmap.mmap, start: int, end: int, wanted: Wanted) -> Parsed:
    """Of a block of whole lines; they are numbered from 0, empty ones are not counted."""
    first = next(_chunks(memory, start, end))
    whole = _all_rows(memory, start, end, wanted) if _is_mostly_wanted(first, wanted) else None
    if whole:
        return Parsed.of(*whole, {})
    lines, rows = 0, list[Row]()
    troubles: dict[str, Troubles] = {}
    for chunk in _chunks(memory, start, end):
        before = lines
        for number, line in _lines_to_parse(chunk, wanted):
            lines = before + number + 1
            found = row_of(line, before + number) if line else None
            if isinstance(found, Trouble):
                troubles.setdefault(found.kind, Troubles()).note(found)
            elif found and found.subreddit and found.subreddit.lower() in wanted.lower_names:
                rows.append(found)
    return Parsed.of(lines, rows, troubles)


def _chunks(memory: mmap.mmap, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        found = memory.rfind(b"\n", start, min(start + _CHUNK_BYTES, end)) + 1
        if not found:  # one long line, or the last without its break
            found = memory.find(b"\n", start, end) + 1 or end
        yield memory[start:found]
        start = found


def _is_mostly_wanted(chunk: bytes, wanted: Wanted) -> bool:
    first = chunk.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    return sum(wanted.is_named_at(line, max(line.find(_KEY), 0)) is not None for line in first) > len(first) // 2


def _all_rows(memory: mmap.mmap, start: int, end: int, wanted: Wanted) -> tuple[int, list[Row]] | None:
    """Number of lines, and rows, parsed without looking at each line before; None where one needs a closer look."""
    with memoryview(memory) as view, view[start:end] as block:
        decoded = rows_of(block)
    if decoded is None:
        return None
    rows, names = [], wanted.lower_names
    for number, row in enumerate(decoded):
        if row.subreddit is None:
            return None
        if row.subreddit.lower() in names:
            row.line = number
            rows.append(row)
    return (len(decoded), rows) if all(row.is_whole() for row in rows) else None


def _lines_to_parse(chunk: bytes, wanted: Wanted) -> Iterator[tuple[int, bytes]]:
    """Each line, with its number, that names a wanted subreddit or none; at the end the last number, with nothing.

    Only bytes are compared: inside a text the key's quotes would be escaped. Its first place in a line decides, but in
    posts, which may hold the post that they repeat.
    """
    find, is_named_at, size = chunk.find, wanted.is_named_at, len(chunk)
    start = number = 0
    place = -1
    has_nested = find(b'"link_id":', 0, find(b"\n")) < 0 and b'"crosspost_parent_list":' in chunk
    while start < size:
        end = find(b"\n", start)
        if end < 0:
            end = size
        if place < start:
            place = find(_KEY, start)
            if place < 0:
                place = size
        if place >= end or is_named_at(chunk, place) or (has_nested and _names_later(chunk, place, end, wanted)):
            line = chunk[start:end].strip()
            if line:
                yield number, line
            else:
                number -= 1
        number += 1
        start = end + 1
    yield number - 1, b""


def _names_later(chunk: bytes, place: int, end: int, wanted: Wanted) -> bool:
    while (place := chunk.find(_KEY, place + 1, end)) >= 0:
        if wanted.is_named_at(chunk, place):
            return True
    return False
