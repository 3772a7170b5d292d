"""Chooses threads, post by post: which comments survive the rules, and which paths through them are lessons."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine import dialects
from engine.dialects import Comment, Dialect, Thread
from engine.training.dumps.items import Post, Reply
from engine.training.dumps.judges import Judges
from engine.training.dumps.rules import UNANSWERED, Rules
from engine.training.dumps.tally import Tally
from engine.training.dumps.text import gist
from engine.training.dumps.tree import Tree, plant
from engine.training.dumps.verdicts import Verdicts
from engine.training.dumps.work_file import Found, Place, WorkFile

Path = tuple[Reply, ...]


class Chosen(NamedTuple):
    """A post and its lessons, tagged."""

    post: str
    tagged: list[str]


class Chooser:
    def __init__(self, rules: Rules, judges: Judges, dialect: Dialect, tally: Tally) -> None:
        self._rules = rules
        self._judges = judges
        self._dialect = dialect
        self._verdicts = Verdicts(rules)
        self._tally = tally
        # On the disk: the threads of a large subreddit are more than a set in memory should hold.
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.executescript("PRAGMA journal_mode=OFF; CREATE TABLE gists (gist INTEGER PRIMARY KEY); BEGIN;")

    def close(self) -> None:
        self._seen.close()

    def chosen(self, work: WorkFile) -> Iterator[Chosen]:
        files = [file.path.name for file in work.files()]
        for of_post, under_it in work.threads():
            self._tally.posts_read += len(of_post)
            self._tally.comments_read += len(under_it)
            for again in of_post[1:]:
                self._tally.note_bad("post given twice", _place(again, files))
            if not of_post:
                for comment in under_it:
                    self._tally.note_bad("comment whose post is not there", _place(comment, files))
                continue
            tree = plant(Reply.of(found) for found in under_it)
            self._tally.note_misfits(tree.misfits, files)
            post = Post.of(of_post[0].row)
            tagged = self._lessons(post, tree, len(under_it) - len(tree.misfits))
            if tagged:
                yield Chosen(post.id, tagged)

    def _lessons(self, post: Post, tree: Tree, replies: int) -> list[str]:
        """Of one post with so many comments in their places; all are counted."""
        tally = self._tally
        if rule := self._verdicts.on_post(post) or self._toxic_post(post):
            tally.posts_dropped[rule] += 1
            tally.comments_dropped["below a dropped post"] += replies
            return []
        dropped_before = tally.comments_dropped.total()
        paths = self._paths(post, tree)
        on_paths = {reply.id for path in paths for reply in path}
        left = replies - (tally.comments_dropped.total() - dropped_before)
        tally.comments_dropped["not on the best path"] += left - len(on_paths)
        kept: set[str] = set()
        lessons = []
        for path in paths:
            if lesson := self._lesson(post, path):
                kept.update(reply.id for reply in path[: lesson[1]])
                lessons.append(lesson[0])
        tally.comments_dropped["in a dropped thread"] += len(on_paths) - len(kept)
        tally.comments_kept += len(kept)
        tally.threads += len(lessons)
        if lessons:
            tally.posts_kept += 1
        else:
            tally.posts_dropped["all its threads dropped" if paths else UNANSWERED] += 1
        return lessons

    def _paths(self, post: Post, tree: Tree) -> list[Path]:
        """From the post down to a last comment."""
        survivors = self._survivors(post, tree)
        if self._rules.paths == "best":
            best: list[Reply] = []
            while children := survivors.get(best[-1].id if best else None):
                best.append(children[0])
            return [tuple(best)] if best else []
        waiting: list[Path] = [(reply,) for reply in reversed(survivors.get(None, ()))]
        found = []
        while waiting:
            path = waiting.pop()
            if children := survivors.get(path[-1].id):
                waiting += [(*path, reply) for reply in reversed(children)]
            else:
                found.append(path)
        return found

    def _survivors(self, post: Post, tree: Tree) -> dict[str | None, list[Reply]]:
        """The children that no rule drops, of the post and of each that survives."""
        toxic = self._toxic_replies(tree)
        survivors: dict[str | None, list[Reply]] = {}
        waiting: list[Path] = [()]
        while waiting:
            above = waiting.pop()
            parent = above[-1].id if above else None
            for reply in tree.children.get(parent, ()):
                rule = self._verdicts.on_reply(reply, post, above)
                if rule is None and reply.id in toxic:
                    rule = "toxicity_model"
                if rule:
                    self._tally.comments_dropped[rule] += 1
                    self._tally.comments_dropped["below a dropped comment"] += tree.below(reply)
                else:
                    survivors.setdefault(parent, []).append(reply)
                    waiting.append((*above, reply))
        return survivors

    def _lesson(self, post: Post, path: Path) -> tuple[str, int] | None:
        """Tagged, and of how many comments; None, and counted, where a rule drops the whole thread."""
        thread = Thread(
            post.title, post.body, post.is_link, post.subreddit, tuple(Comment(r.author, r.text) for r in path)
        )
        if (language := self._judges.language) and language(_text(thread)) != self._rules.language:
            self._tally.threads_dropped["language"] += 1
            return None
        tagged = dialects.lesson(self._dialect, thread, post.author)
        length = len(path)
        if (count := self._judges.count_tokens) and (most := self._rules.max_tokens):
            while length and count(tagged) > most:
                length -= 1
                shorter = Thread(post.title, post.body, post.is_link, post.subreddit, thread.comments[:length])
                tagged = dialects.lesson(self._dialect, shorter, post.author)
            if not length:
                self._tally.threads_dropped["max_tokens"] += 1
                return None
            self._tally.shortened += length < len(path)
        words = " ".join([post.title, post.body, *(comment.text for comment in thread.comments[:length])])
        if self._rules.duplicates == "drop" and not self._is_new(words):
            self._tally.threads_dropped["duplicates"] += 1
            return None
        return tagged, length

    def _is_new(self, text: str) -> bool:
        digest = hashlib.blake2b(gist(text).encode("utf-8", "replace"), digest_size=8).digest()
        number = int.from_bytes(digest, "big", signed=True)
        return self._seen.execute("INSERT OR IGNORE INTO gists VALUES (?)", (number,)).rowcount == 1

    def _toxic_post(self, post: Post) -> str | None:
        judge = self._judges.are_toxic
        return "toxicity_model" if judge and judge([f"{post.title}\n{post.body}".strip()])[0] else None

    def _toxic_replies(self, tree: Tree) -> frozenset[str]:
        judge = self._judges.are_toxic
        if not judge:
            return frozenset()
        replies = [reply for children in tree.children.values() for reply in children]
        return frozenset(
            reply.id for reply, is_toxic in zip(replies, judge([r.text for r in replies]), strict=True) if is_toxic
        )


def _text(thread: Thread) -> str:
    return "\n".join([thread.title, thread.body, *(comment.text for comment in thread.comments)])


def _place(found: Found, files: Sequence[str]) -> Place:
    return Place(files[found.file], found.line, str(found.row.id))
