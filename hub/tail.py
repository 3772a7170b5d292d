"""The newest messages of a channel in memory, so that a page or an event costs no range query."""

from hub.rows import Stored

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

    def newest(self, limit: int) -> tuple[list[Stored], bool] | None:
        """Up to `limit` messages in rising order and whether there are more; None when memory does not reach so far."""
        if self.floor is None:
            return None
        ids = sorted(comment_id for comment_id in self._kept if comment_id >= self.floor)
        if len(ids) < limit and self.floor > 0:
            return None
        return [self._kept[comment_id] for comment_id in ids[-limit:]], len(ids) > limit or self.floor > 0

    def _trim(self) -> None:
        ids = sorted(self._kept)
        for comment_id in ids[:-KEEP]:
            del self._kept[comment_id]
        if self.floor is not None:
            self.floor = max(self.floor, ids[-KEEP])
