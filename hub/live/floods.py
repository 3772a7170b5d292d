"""Connections that send more than they let be answered: refused first, then closed, so that nothing piles up."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.errors import TooManyRequestsError

# A page that comes back from a tunnel sends a handful.
MOST_AT_ONCE: Final = 100
# Refusals wait to be read, too.
MOST_REFUSED: Final = 500
TRY_AGAIN_S: Final = 5


class Floods:
    """Counts the calls of each connection that are under way, and those that were refused."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    @contextmanager
    def one_more(self, connection: str) -> Iterator[None]:
        """A call under way. Raises TooManyRequestsError."""
        if self._under_way[connection] >= MOST_AT_ONCE:
            raise TooManyRequestsError("Too many calls of this connection are under way.", TRY_AGAIN_S)
        self._under_way[connection] += 1
        try:
            yield
        finally:
            self._under_way[connection] -= 1
            if not self._under_way[connection]:
                del self._under_way[connection]

    def refused(self, connection: str) -> bool:
        """Count a refusal. Whether this connection should be closed: it does not listen."""
        self._refused[connection] += 1
        return self._refused[connection] > MOST_REFUSED

    def gone(self, connection: str) -> None:
        del self._refused[connection]
