"""Who answers whom under one post, and which comments have no place there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.training.dumps.items import Reply

DUPLICATE, ORPHAN, CYCLE = "comment given twice", "comment whose parent is not there", "comments that answer each other"
BELOW_ORPHAN: Final = "below a comment whose parent is not there"


@dataclass(frozen=True)
class Tree:
    """`children` of the post (None) and of each comment that hangs on it, the best rated first."""

    children: dict[str | None, list[Reply]]
    misfits: list[tuple[str, Reply]] = field(default_factory=list)

    def below(self, reply: Reply) -> int:
        """How many comments hang on this one."""
        return sum(1 for _ in _descendants(self.children, reply.id))


def plant(replies: Iterable[Reply]) -> Tree:
    by_id: dict[str, Reply] = {}
    misfits: list[tuple[str, Reply]] = []
    for reply in replies:
        if reply.id in by_id:
            misfits.append((DUPLICATE, reply))
        else:
            by_id[reply.id] = reply
    children: dict[str | None, list[Reply]] = {}
    for reply in by_id.values():
        children.setdefault(reply.parent, []).append(reply)
    placed = {reply.id for reply in _descendants(children, None)}
    for parent in [parent for parent in children if parent is not None and parent not in by_id]:
        for orphan in children[parent]:
            misfits.append((ORPHAN, orphan))
            below = list(_descendants(children, orphan.id))
            misfits += [(BELOW_ORPHAN, reply) for reply in below]
            placed |= {orphan.id, *(reply.id for reply in below)}
    misfits += [(CYCLE, reply) for reply in by_id.values() if reply.id not in placed]
    for siblings in children.values():
        siblings.sort(key=lambda reply: -reply.score)  # of equals the one that was read first
    return Tree(children, misfits)


def _descendants(children: dict[str | None, list[Reply]], top: str | None) -> Iterator[Reply]:
    """Without recursion: some threads are thousands deep."""
    waiting = list(children.get(top, ()))
    while waiting:
        reply = waiting.pop()
        yield reply
        waiting += children.get(reply.id, ())
