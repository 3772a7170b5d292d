"""What became of each post and each comment: the counts of the report, which add up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from engine.training.dumps.items import Reply
from engine.training.dumps.work_file import Place

_SHOWN: Final = 5


@dataclass
class Tally:
    """`read` is the sum of `kept`, of what was dropped by each rule, and of what was skipped as bad."""

    posts_read: int = 0
    posts_kept: int = 0
    comments_read: int = 0
    comments_kept: int = 0
    shortened: int = 0
    posts_dropped: Counter[str] = field(default_factory=Counter)
    comments_dropped: Counter[str] = field(default_factory=Counter)
    threads_dropped: Counter[str] = field(default_factory=Counter)
    pairs_read: int = 0
    pairs_kept: int = 0
    pairs_dropped: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[Place]] = field(default_factory=dict)

    def note_bad(self, kind: str, place: Place) -> None:
        self.bad[kind] += 1
        places = self.places.setdefault(kind, [])
        if len(places) < _SHOWN:
            places.append(place)

    def note_misfits(self, misfits: Iterable[tuple[str, Reply]], files: list[str]) -> None:
        for kind, reply in misfits:
            self.note_bad(kind, Place(files[reply.file], reply.line, reply.id))
