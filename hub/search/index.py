"""The index: one SQLite file with a full-text table (FTS5), used by one thread."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.message import Message
from hub.search.segments import CLOSING, OPENING, segmented

# Raise it with every change of the tables or of what is written to them: files with another one are built anew.
VERSION: Final = 1
# A question that takes longer holds up everybody else's.
PATIENCE_S: Final = 2.0
STEPS_BETWEEN_LOOKS: Final = 10_000
# Words around a match.
SNIPPET_WORDS: Final = 40
# How much of a message is shown that matches by its author or time alone.
OPENING_CHARACTERS: Final = 300
# Before that, a word that was deleted stays in the file until the list that holds it is merged with others.
SECURE_DELETE_SINCE: Final = (3, 42, 0)

TABLES: Final = """
CREATE TABLE places (channel TEXT PRIMARY KEY, revision INTEGER NOT NULL, below INTEGER);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, sender TEXT NOT NULL COLLATE NOCASE, is_bot INTEGER NOT NULL,
    has_picture INTEGER NOT NULL, sent_at INTEGER NOT NULL, revision INTEGER NOT NULL, text TEXT NOT NULL,
    topic TEXT NOT NULL
);
CREATE INDEX messages_by_channel ON messages (channel, id);
CREATE VIRTUAL TABLE words USING fts5 (
    text, topic, content = 'messages', content_rowid = 'id', prefix = '2 3',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So Sk'"
);
CREATE TRIGGER messages_in AFTER INSERT ON messages BEGIN
    INSERT INTO words (rowid, text, topic) VALUES (new.id, new.text, new.topic);
END;
CREATE TRIGGER messages_out AFTER DELETE ON messages BEGIN
    INSERT INTO words (words, rowid, text, topic) VALUES ('delete', old.id, old.text, old.topic);
END;
"""

FILTERS: Final = """
    m.channel IN (SELECT value FROM json_each(:channels))
    AND (:author IS NULL OR m.sender = :author)
    AND (:is_bot IS NULL OR m.is_bot = :is_bot)
    AND (:has_picture IS NULL OR m.has_picture = :has_picture)
    AND (:sent_from IS NULL OR m.sent_at >= :sent_from)
    AND (:sent_before IS NULL OR m.sent_at < :sent_before)
    AND m.id <= :newest
    AND (:without IS NULL OR m.id NOT IN (SELECT rowid FROM words WHERE words MATCH :without))
"""
# A match in the topic counts twice. What is about as good comes newest first: nobody sees the next decimal.
BEST: Final = (
    f"SELECT m.id FROM words JOIN messages m ON m.id = words.rowid WHERE words MATCH :match AND {FILTERS}"  # noqa: S608
    " ORDER BY round(bm25(words, 1.0, 2.0), 1), m.id DESC LIMIT :limit OFFSET :offset"
)
NEWEST: Final = (
    f"SELECT m.id FROM words JOIN messages m ON m.id = words.rowid WHERE words MATCH :match AND {FILTERS}"  # noqa: S608
    " ORDER BY words.rowid DESC LIMIT :limit OFFSET :offset"
)
WORDLESS: Final = f"SELECT m.id FROM messages m WHERE {FILTERS} ORDER BY m.id DESC LIMIT :limit OFFSET :offset"  # noqa: S608
COLUMNS: Final = "m.id, m.channel, m.sender, m.is_bot, m.has_picture, m.sent_at"
SHOWN: Final = (
    f"SELECT {COLUMNS}, highlight(words, 1, '{OPENING}', '{CLOSING}'),"  # noqa: S608
    f" snippet(words, 0, '{OPENING}', '{CLOSING}', '…', {SNIPPET_WORDS})"
    " FROM words JOIN messages m ON m.id = words.rowid"
    " WHERE words MATCH :match AND words.rowid IN (SELECT value FROM json_each(:ids))"
)
SHOWN_WORDLESS: Final = (
    f"SELECT {COLUMNS}, m.topic, substr(m.text, 1, {OPENING_CHARACTERS}) FROM messages m"  # noqa: S608
    " WHERE m.id IN (SELECT value FROM json_each(:ids))"
)


@dataclass(frozen=True)
class Place:
    """How far the index is with a channel: it knows all changes up to `revision`, of messages from `below` upwards.

    `below` is 0 before its newest page was read, and None once all of it was.
    """

    revision: int
    below: int | None


@dataclass(frozen=True)
class Question:
    """What is asked of the index. `newest`: the highest comment id to be found; times in ms since 1970."""

    channels: tuple[str, ...]
    match: str | None
    without: str | None
    author: str | None
    is_bot: bool | None
    has_picture: bool | None
    sent_from: int | None
    sent_before: int | None
    newest: int
    is_ranked: bool
    limit: int
    offset: int


@dataclass(frozen=True)
class Line:
    """A message that was found; in `topic` and `text` the matches are marked."""

    comment_id: int
    channel: str
    sender: str
    is_bot: bool
    has_picture: bool
    sent_at: int
    topic: str
    text: str


class OtherVersionError(sqlite3.DatabaseError):
    """The file was written by another version of this program."""


class Index:
    """One connection, which alone has the file. All methods raise sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        """Raises OtherVersionError; sqlite3.DatabaseError for a damaged file, OperationalError for one in use."""
        self._path = path
        # It holds the words of all channels. What SQLite puts beside it gets the same rights.
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def remove(self) -> None:
        """Close, and remove the file."""
        self.close()
        discard(self._path)

    def places(self) -> dict[str, Place]:
        """How far each channel is, by its name."""
        rows = self._connection.execute("SELECT channel, revision, below FROM places")
        return {channel: Place(revision, below) for channel, revision, below in rows}

    def count(self) -> int:
        """How many messages can be found."""
        (count,) = self._connection.execute("SELECT count(*) FROM messages").fetchone()
        return int(count)

    def newest(self, channel: str) -> int | None:
        """The highest comment id that is held of a channel."""
        (newest,) = self._connection.execute("SELECT max(id) FROM messages WHERE channel = ?", (channel,)).fetchone()
        return int(newest) if newest is not None else None

    def write(self, messages: Sequence[Message], places: Mapping[str, Place]) -> None:
        """Take in messages as they stand now, and how far their channels are, together."""
        with self._connection:
            self._connection.execute("BEGIN")
            for message in messages:
                self._put(message)
            self._connection.executemany(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?)",
                [(channel, place.revision, place.below) for channel, place in places.items()],
            )

    def forget(self, channel: str, most: int) -> bool:
        """Remove up to `most` messages of a channel; whether that was the last of it."""
        with self._connection:
            self._connection.execute("BEGIN")
            gone = self._connection.execute(
                "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE channel = ? LIMIT ?)", (channel, most)
            )
            self._connection.execute("DELETE FROM places WHERE channel = ?", (channel,))
            return gone.rowcount < most

    def ask(self, question: Question) -> list[Line]:
        """What was found, in its order. Raises sqlite3.OperationalError also when it takes too long."""
        deadline = time.monotonic() + PATIENCE_S
        self._connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
        try:
            named = vars(question) | {"channels": json.dumps(question.channels)}
            query = WORDLESS if question.match is None else BEST if question.is_ranked else NEWEST
            ids = [row[0] for row in self._connection.execute(query, named)]
            shown = SHOWN_WORDLESS if question.match is None else SHOWN
            rows = self._connection.execute(shown, {"match": question.match, "ids": json.dumps(ids)})
            lines = {row[0]: Line(row[0], row[1], row[2], bool(row[3]), bool(row[4]), *row[5:]) for row in rows}
        finally:
            self._connection.set_progress_handler(None, 0)
        return [lines[comment_id] for comment_id in ids]

    def _open(self) -> None:
        # One process has the file for itself: the system takes the lock away when it dies, however it dies.
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN EXCLUSIVE")
        self._connection.execute("COMMIT")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (is_empty,) = self._connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()
        if is_empty:
            self._connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            if sqlite3.sqlite_version_info >= SECURE_DELETE_SINCE:
                self._connection.execute("INSERT INTO words (words, rank) VALUES ('secure-delete', 1)")
        elif version != VERSION:
            raise OtherVersionError(f"version {version}, not {VERSION}")
        (sound,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)

    def _put(self, message: Message) -> None:
        text, topic = segmented(message.text), segmented(message.topic)
        known = self._connection.execute(
            "SELECT revision, sender, text, topic, has_picture FROM messages WHERE id = ?", (message.comment_id,)
        ).fetchone()
        if known is not None and known[0] > message.revision:
            return
        is_gone = message.deleted_at is not None or not (message.text or message.images)
        # A vote changes nothing that is found.
        if not is_gone and known is not None and known[1:] == (message.sender, text, topic, bool(message.images)):
            return
        self._connection.execute("DELETE FROM messages WHERE id = ?", (message.comment_id,))
        if not is_gone:
            self._connection.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    message.comment_id,
                    message.channel,
                    message.sender,
                    message.is_bot,
                    bool(message.images),
                    message.sent_at,
                    message.revision,
                    text,
                    topic,
                ),
            )


def discard(path: Path) -> None:
    """Remove a file and what belongs to it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
