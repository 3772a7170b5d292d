"""A post and its comments, as they are chosen from: typed, with cleaned texts."""

from dataclasses import dataclass
from typing import Final, Self

from engine.training.dumps.rows import Row, bare_id
from engine.training.dumps.text import cleaned
from engine.training.dumps.work_file import Found

DELETED_AUTHOR: Final = "[deleted]"
_SCORE_OF_NEW: Final = 1  # what Reddit gives to what nobody voted on; hidden scores are taken for it


@dataclass(frozen=True, slots=True)
class Post:
    id: str
    subreddit: str
    author: str
    title: str
    body: str
    score: float
    is_link: bool
    is_stickied: bool
    is_nsfw: bool

    @classmethod
    def of(cls, row: Row) -> Self:
        body = cleaned(row.selftext or "")
        is_text = row.is_self if row.is_self is not None else bool(body or not row.url)
        return cls(
            id=bare_id(row.id),
            subreddit=row.subreddit or "",
            author=row.author or DELETED_AUTHOR,
            title=cleaned(row.title or ""),
            body=body,
            score=_SCORE_OF_NEW if row.score is None else row.score,
            is_link=not is_text,
            is_stickied=bool(row.stickied),
            is_nsfw=bool(row.over_18),
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """A comment; `parent` is None under the post itself. `file` and `line` say where it stood."""

    id: str
    parent: str | None
    author: str
    text: str
    score: float
    is_stickied: bool
    file: int
    line: int

    @classmethod
    def of(cls, found: Found) -> Self:
        row = found.row
        return cls(
            id=bare_id(row.id),
            parent=_parent(row),
            author=row.author or DELETED_AUTHOR,
            text=cleaned(row.body or ""),
            score=_SCORE_OF_NEW if row.score is None else row.score,
            is_stickied=bool(row.stickied),
            file=found.file,
            line=found.line,
        )


def _parent(row: Row) -> str | None:
    if row.parent_id is None or (isinstance(row.parent_id, str) and row.parent_id.startswith("t3_")):
        return None
    parent = bare_id(row.parent_id)
    has_prefix = isinstance(row.parent_id, str) and row.parent_id.startswith("t1_")
    return None if not has_prefix and row.link_id is not None and parent == bare_id(row.link_id) else parent
