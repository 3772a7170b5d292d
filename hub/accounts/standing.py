"""What was found to stand a moment ago, so that not every call reads its session's row."""

import time
from collections.abc import Iterable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

# Another hub that never hears of an ending (Redis is away) goes on for so long.
TRUSTED_S: Final = 5.0
MOST_KEPT: Final = 10_000


class Standing(Generic[T]):
    """Rows by their ids, for a few seconds."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, T]] = {}

    def get(self, key: str) -> T | None:
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] > time.monotonic() else None

    def keep(self, key: str, value: T) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + TRUSTED_S, value)

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._kept.pop(key, None)
