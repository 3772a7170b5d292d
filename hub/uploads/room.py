"""How many bytes of what people are sending may be in memory at once, over all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.errors import TooManyRequestsError

RETRY_AFTER_S: Final = 5


class Room:
    """Room for so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Room for one body, for as long as this lasts. Raises TooManyRequestsError."""
        if size > self._left:
            raise TooManyRequestsError("Too many pictures are being sent at this moment.", RETRY_AFTER_S)
        self._left -= size
        try:
            yield
        finally:
            self._left += size
