"""What was read of the dumps, in one SQLite file: rows and progress are written together, so a stop loses nothing."""

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from engine.training.dumps.formats import Mark
from engine.training.dumps.parsing import Parsed
from engine.training.dumps.rows import StoredRow

NAME: Final = "read.sqlite"
_SHOWN: Final = 5
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS wanted (subreddits TEXT);
CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY, path TEXT, size INTEGER, changed_ns INTEGER,
    place INTEGER DEFAULT 0, lines INTEGER DEFAULT 0, rows INTEGER DEFAULT 0,
    packed_bytes INTEGER DEFAULT 0, sha256 TEXT DEFAULT '', is_done INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS posts (id TEXT, file INTEGER, line INTEGER, packed BLOB);
CREATE TABLE IF NOT EXISTS comments (post TEXT, file INTEGER, line INTEGER, packed BLOB);
CREATE TABLE IF NOT EXISTS trouble_counts (kind TEXT, file INTEGER, count INTEGER, PRIMARY KEY (kind, file));
CREATE TABLE IF NOT EXISTS trouble_places (kind TEXT, file INTEGER, line INTEGER, seen TEXT);
"""
_ROW: Final = msgspec.msgpack.Decoder(StoredRow)
_ROWS: Final = msgspec.msgpack.Decoder(list[StoredRow])


class ReadFile(NamedTuple):
    """A dump, and how far it was read: `place` in its unpacked bytes, and the lines before it."""

    number: int
    path: Path
    size: int
    changed_ns: int
    place: int
    lines: int
    rows: int
    mark: Mark
    is_done: bool


class Found(NamedTuple):
    """A row and where it stood; lines count from 1, empty ones not."""

    row: StoredRow
    file: int
    line: int


class Place(NamedTuple):
    file: str
    line: int
    seen: str


class WorkFile:
    """Use it as a context; what was not committed is gone after it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._sql = sqlite3.connect(self.path, isolation_level=None)
        # Rows are only appended, so there is little for a journal to keep, while a write-ahead log would hold them all
        # once more. In large pages a post with its comments needs no pages for what flows over.
        self._sql.executescript(
            "PRAGMA page_size=32768; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768;"
        )
        self._sql.executescript(_SCHEMA)

    def __enter__(self) -> "WorkFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._sql.close()

    def wanted(self) -> str | None:
        found = self._sql.execute("SELECT subreddits FROM wanted").fetchone()
        return str(found[0]) if found else None

    def begin_with(self, subreddits: str, files: Sequence[Path]) -> None:
        rows = [(number, str(path), *_looks(path)) for number, path in enumerate(files)]
        self._sql.execute("BEGIN")
        self._sql.execute("INSERT INTO wanted VALUES (?)", (subreddits,))
        self._sql.executemany("INSERT INTO files (number, path, size, changed_ns) VALUES (?, ?, ?, ?)", rows)
        self._sql.execute("COMMIT")

    def files(self) -> list[ReadFile]:
        query = """SELECT number, path, size, changed_ns, place, lines, rows, packed_bytes, sha256, is_done
                   FROM files ORDER BY number"""
        return [
            ReadFile(number, Path(path), size, changed, place, lines, rows, Mark(packed, sha256), bool(is_done))
            for number, path, size, changed, place, lines, rows, packed, sha256, is_done in self._sql.execute(query)
        ]

    def begin(self) -> None:
        self._sql.execute("BEGIN")

    def commit(self) -> None:
        self._sql.execute("COMMIT")

    def add(self, file: int, before: int, parsed: Parsed) -> None:
        """`before`: lines of the file before these."""
        self._sql.executemany(
            "INSERT INTO posts VALUES (?, ?, ?, ?)", [(id_, file, before + 1, packed) for id_, packed in parsed.posts]
        )
        self._sql.executemany(
            "INSERT INTO comments VALUES (?, ?, ?, ?)",
            [(post, file, before + 1, packed) for post, packed in parsed.comments],
        )
        for kind, troubles in parsed.troubles.items():
            places = [(trouble.line + before + 1, trouble.seen) for trouble in troubles.first]
            self.add_trouble(kind, file, troubles.count, places)

    def add_trouble(self, kind: str, file: int, count: int, places: Sequence[tuple[int, str]]) -> None:
        self._sql.execute(
            """INSERT INTO trouble_counts VALUES (?, ?, ?)
               ON CONFLICT DO UPDATE SET count = count + excluded.count""",
            (kind, file, count),
        )
        known = self._sql.execute("SELECT count(*) FROM trouble_places WHERE kind = ? AND file = ?", (kind, file))
        room = max(_SHOWN - known.fetchone()[0], 0)
        self._sql.executemany(
            "INSERT INTO trouble_places VALUES (?, ?, ?, ?)", [(kind, file, *place) for place in places[:room]]
        )

    def advance(self, file: ReadFile) -> None:
        self._sql.execute(
            """UPDATE files SET place = ?, lines = ?, rows = ?, packed_bytes = ?, sha256 = ?, is_done = ?
               WHERE number = ?""",
            (file.place, file.lines, file.rows, file.mark.size, file.mark.sha256, file.is_done, file.number),
        )

    def troubles(self) -> dict[str, tuple[int, list[Place]]]:
        """By kind: how many, and the first places."""
        query = "SELECT kind, sum(count) FROM trouble_counts GROUP BY kind ORDER BY kind"
        places = """SELECT path, line, seen FROM trouble_places JOIN files ON file = number
                    WHERE kind = ? ORDER BY number, line LIMIT ?"""
        return {
            kind: (count, [Place(Path(path).name, *rest) for path, *rest in self._sql.execute(places, (kind, _SHOWN))])
            for kind, count in self._sql.execute(query).fetchall()
        }

    def threads(self) -> Iterator[tuple[list[Found], list[Found]]]:
        """For each post, or each that comments name: its rows, mostly one, and its comments, both as they were read."""
        posts = self._sql.execute("SELECT id, 0, file, line, packed FROM posts ORDER BY id, rowid")
        comments = self._sql.execute("SELECT post, 1, file, line, packed FROM comments ORDER BY post, rowid")
        for _, group in groupby(heapq.merge(posts, comments, key=itemgetter(0)), key=itemgetter(0)):
            of_post: list[Found] = []
            under_it: list[Found] = []
            for _, is_comment, file, line, packed in group:
                if is_comment:
                    under_it += [Found(row, file, line + row.line) for row in _ROWS.decode(packed)]
                else:
                    row = _ROW.decode(packed)
                    of_post.append(Found(row, file, line + row.line))
            yield of_post, under_it


def _looks(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
