"""The newest messages of a channel in memory, so that a page or an event costs no range query."""

from contracts.message import Message
from hub.log.rows import Stored

# Four pages: what people who join or answer look at.
KEEP = 200


class Tail:
    """Messages by comment id. From `floor` upwards it is complete; below it there may be single ones."""

    def __init__(self) -> None:
        self._kept: dict[int, Stored] = {}
        self.floor: int | None = None

    def get(self, comment_id: int) -> Stored | None:
        return self._kept.get(comment_id)

    def knows(self, comment_id: int) -> bool:
        """Whether absence here means absence in the table."""
        return self.floor is not None and comment_id >= self.floor

    def put(self, stored: Stored) -> None:
        self._kept[stored.message.comment_id] = stored
        if len(self._kept) > 2 * KEEP:
            self._trim()

    def fill(self, newest: list[Stored], complete: bool) -> None:
        """The newest messages, read at once; `complete` when the channel has no others."""
        for stored in newest:
            self.put(stored)
        ids = [stored.message.comment_id for stored in newest]
        self.floor = 0 if complete else min(ids)

    def newest(self) -> tuple[tuple[Message, ...], bool]:
        """All that is complete, in rising order, and whether there are older ones. For a tail that was filled."""
        assert self.floor is not None
        ids = sorted(comment_id for comment_id in self._kept if comment_id >= self.floor)
        return tuple(self._kept[comment_id].message for comment_id in ids), self.floor > 0

    def _trim(self) -> None:
        ids = sorted(self._kept)
        for comment_id in ids[:-KEEP]:
            del self._kept[comment_id]
        if self.floor is not None:
            self.floor = max(self.floor, ids[-KEEP])
