"""How many of something one may have at once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hub.errors import TooManyRequestsError

TRY_AGAIN_S = 10


class Places:
    """`most` at once for each; `full` is what the next one hears."""

    def __init__(self, most: int, full: str) -> None:
        self._most = most
        self._full = full
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, by: str) -> Iterator[None]:
        """One place, for as long as this lasts. Raises TooManyRequestsError."""
        if self._taken[by] >= self._most:
            raise TooManyRequestsError(self._full, TRY_AGAIN_S)
        self._taken[by] += 1
        try:
            yield
        finally:
            self._taken[by] -= 1
            if not self._taken[by]:
                del self._taken[by]
