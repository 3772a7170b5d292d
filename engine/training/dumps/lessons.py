"""From a path of comments to a tagged lesson, where the rules about whole threads allow it."""

import hashlib
import sqlite3
from dataclasses import dataclass, replace

from engine import dialects
from engine.dialects import Comment, Dialect, Thread
from engine.training.dumps.items import Post
from engine.training.dumps.judges import Judges
from engine.training.dumps.paths import Path
from engine.training.dumps.rules import Rules
from engine.training.dumps.text import gist


@dataclass(frozen=True)
class Lesson:
    """`length`: how many comments of the path are in it."""

    tagged: str
    length: int


class Lessons:
    def __init__(self, rules: Rules, judges: Judges, dialect: Dialect) -> None:
        self._rules = rules
        self._judges = judges
        self._dialect = dialect
        # On the disk: the threads of a large subreddit are more than a set in memory should hold.
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.executescript("PRAGMA journal_mode=OFF; CREATE TABLE gists (gist INTEGER PRIMARY KEY); BEGIN;")

    def close(self) -> None:
        self._seen.close()

    def of(self, post: Post, path: Path) -> Lesson | str:
        """Or the name of the rule that drops the thread."""
        comments = tuple(Comment(reply.author, reply.text) for reply in path)
        thread = Thread(post.title, post.body, post.is_link, post.subreddit, comments)
        language = self._judges.language
        if language and language(_text(thread)) != self._rules.language:
            return "language"
        lesson = self._short_enough(thread, post.author)
        if lesson is None:
            return "max_tokens"
        written = replace(thread, comments=comments[: lesson.length])
        return "duplicates" if self._rules.duplicates == "drop" and not self._is_new(_text(written)) else lesson

    def _short_enough(self, thread: Thread, author: str) -> Lesson | None:
        """Without its last comments as far as it must be."""
        count, most = self._judges.count_tokens, self._rules.max_tokens
        for length in range(len(thread.comments), 0, -1):
            shorter = replace(thread, comments=thread.comments[:length])
            tagged = dialects.lesson(self._dialect, shorter, author)
            if count is None or most is None or count(tagged) <= most:
                return Lesson(tagged, length)
        return None

    def _is_new(self, text: str) -> bool:
        digest = hashlib.blake2b(gist(text).encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        return self._seen.execute("INSERT OR IGNORE INTO gists VALUES (?)", (number,)).rowcount == 1


def _text(thread: Thread) -> str:
    return "\n".join([thread.title, thread.body, *(comment.text for comment in thread.comments)])
