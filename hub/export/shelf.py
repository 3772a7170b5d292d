"""The messages of one channel while they are exported, on disk: threads need parents, and a channel may be large."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from types import TracebackType
from typing import Any, Self

from contracts.message import Message
from hub.export.reasons import Reason

TABLES = """
CREATE TABLE said (id INTEGER PRIMARY KEY, parent INTEGER, reason TEXT, bot TEXT, first INTEGER, message TEXT);
CREATE TABLE shared (id INTEGER PRIMARY KEY, root INTEGER NOT NULL);
"""
# The rows come newest first, and the clocks of two hubs differ: an answer may have the lower id.
SHARE = """
CREATE INDEX answers ON said (parent);
INSERT INTO shared
WITH RECURSIVE thread (id, root) AS (
    SELECT id, id FROM said WHERE parent IS NULL AND reason IS NULL
    UNION ALL
    SELECT said.id, thread.root FROM said JOIN thread ON said.parent = thread.id WHERE said.reason IS NULL
)
SELECT id, root FROM thread;
CREATE INDEX threads ON shared (root);
"""


class Shelf:
    """A private database that SQLite keeps in memory while it is small, and that is gone when it is closed.

    What is left out is kept without its words.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("")
        self._database.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._database.close()

    def put(self, message: Message, reason: Reason | None) -> None:
        kept = message.model_copy(update={"prompt": None}).to_json() if reason is None else None
        bot = message.sender if message.is_bot else None
        first = message.alternative_of or message.comment_id
        self._database.execute(
            "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?)",
            (message.comment_id, message.parent_id, reason, bot, first, kept),
        )

    def share(self) -> None:
        """Find out which threads are shared, from their roots on: nothing is, beneath what is left out."""
        self._database.executescript(SHARE)

    def shared(self) -> Iterator[tuple[Message, int]]:
        """Every shared message by its id, with the id of its root."""
        query = "SELECT message, root FROM shared JOIN said USING (id) ORDER BY id"
        for text, root in self._rows(query):
            yield Message.from_json(text), root

    def comments(self, root: int) -> int:
        """How many messages stand beneath a root."""
        return self._number("SELECT count(*) - 1 FROM shared WHERE root = ?", root)

    def bots_asked(self, comment_id: int) -> list[str]:
        """The bots that have answered a message, or tried to."""
        query = "SELECT DISTINCT bot FROM said WHERE parent = ? AND bot IS NOT NULL ORDER BY bot"
        return [bot for (bot,) in self._rows(query, comment_id)]

    def siblings(self) -> Iterator[list[Message]]:
        """The answers of one bot to one message, wherever there are several."""
        several = "SELECT first FROM said JOIN shared USING (id) GROUP BY first HAVING count(*) > 1 ORDER BY first"
        query = "SELECT message FROM said JOIN shared USING (id) WHERE first = ? ORDER BY id"
        for (first,) in self._rows(several):
            yield [Message.from_json(text) for (text,) in self._rows(query, first)]

    def thread(self, message: Message, most: int) -> list[Message]:
        """The shared messages above one, from the root on; the oldest are left out when there are too many."""
        above: list[Message] = []
        while message.parent_id is not None and len(above) < most:
            ((text,),) = self._rows("SELECT message FROM said WHERE id = ?", message.parent_id)
            message = Message.from_json(text)
            above.append(message)
        return above[::-1]

    def left_out(self) -> Counter[Reason]:
        """How many messages are not shared, by the reason."""
        query = "SELECT reason, count(*) FROM said WHERE id NOT IN (SELECT id FROM shared) GROUP BY reason"
        return Counter({Reason(reason or Reason.BENEATH): number for reason, number in self._rows(query)})

    def _number(self, query: str, *values: int) -> int:
        ((number,),) = self._rows(query, *values)
        return int(number)

    def _rows(self, query: str, *values: int) -> Iterator[tuple[Any, ...]]:
        with closing(self._database.execute(query, values)) as rows:
            yield from rows
