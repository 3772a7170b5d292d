"""Which rule, if any, drops a post or a comment."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.training.dumps.items import DELETED_AUTHOR, Post, Reply
from engine.training.dumps.rules import DELETED, Rules
from engine.training.dumps.text import is_bare_link, is_gone

_KNOWN_BOTS: Final = frozenset((Path(__file__).parent / "known_bots.txt").read_text("utf-8").split())


class Verdicts:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._bots = _KNOWN_BOTS if rules.bots == "drop" else frozenset[str]()
        self._authors = frozenset(name.lower().removeprefix("u/") for name in rules.drop_author)
        words = "|".join(re.escape(word) for word in rules.drop_word)
        self._words = re.compile(rf"(?i)\b(?:{words})\b") if words else None

    def on_post(self, post: Post) -> str | None:
        """The name of the first rule that drops it."""
        rules = self._rules
        if is_gone(post.title) or is_gone(post.body):
            return DELETED
        if rule := self._on_author(post.author) or self._on_words(f"{post.title}\n{post.body}"):
            return rule
        tests: tuple[tuple[str, bool], ...] = (
            ("stickied", rules.stickied == "drop" and post.is_stickied),
            ("nsfw", rules.nsfw == "drop" and post.is_nsfw),
            ("link_posts", rules.link_posts == "drop" and post.is_link),
            ("bare_titles", rules.bare_titles == "drop" and not post.is_link and not post.body),
            ("min_title_words", len(post.title.split()) < rules.min_title_words),
            ("min_post_score", rules.min_post_score is not None and post.score < rules.min_post_score),
        )
        return next((name for name, is_dropped in tests if is_dropped), None)

    def on_text(self, author: str, text: str) -> str | None:
        """By what one comment says and who says it."""
        if not text or is_gone(text):
            return DELETED
        if self._rules.bare_links == "drop" and is_bare_link(text):
            return "bare_links"
        return self._on_author(author) or self._on_words(text)

    def on_reply(self, reply: Reply, post: Post, above: Sequence[Reply]) -> str | None:
        """`above`: what it answers, the nearest last."""
        rules = self._rules
        if rule := self.on_text(reply.author, reply.text):
            return rule
        tests: tuple[tuple[str, bool], ...] = (
            ("max_depth", len(above) >= rules.max_depth),
            ("stickied", rules.stickied == "drop" and reply.is_stickied),
            ("own_first_replies", rules.own_first_replies == "drop" and not above and reply.author == post.author),
            ("repeats", rules.repeats == "drop" and self._repeats(reply, above)),
            ("min_comment_score", rules.min_comment_score is not None and reply.score < rules.min_comment_score),
        )
        return next((name for name, is_dropped in tests if is_dropped), None)

    def _repeats(self, reply: Reply, above: Sequence[Reply]) -> bool:
        return reply.text.lower() in [other.text.lower() for other in above[-2:]]

    def _on_author(self, author: str) -> str | None:
        name = author.lower()
        if name == DELETED_AUTHOR:
            return DELETED
        if name in self._bots:
            return "bots"
        return "drop_author" if name in self._authors else None

    def _on_words(self, text: str) -> str | None:
        return "drop_word" if self._words and self._words.search(text) else None
