"""Paths from a post down to a last comment, through the comments that the rules left."""

from collections.abc import Mapping, Sequence

from engine.training.dumps.items import Reply

Path = tuple[Reply, ...]
# Of the post (None) and of each comment, the best rated first.
Children = Mapping[str | None, Sequence[Reply]]


def best_path(children: Children) -> list[Path]:
    """Always on by the best rated answer; none where the post has no comment."""
    path: list[Reply] = []
    while below := children.get(path[-1].id if path else None):
        path.append(below[0])
    return [tuple(path)] if path else []


def all_paths(children: Children) -> list[Path]:
    """One to each comment that nobody answered."""
    waiting: list[Path] = [(reply,) for reply in reversed(children.get(None, ()))]
    found = []
    while waiting:
        path = waiting.pop()
        if below := children.get(path[-1].id):
            waiting += [(*path, reply) for reply in reversed(below)]
        else:
            found.append(path)
    return found
