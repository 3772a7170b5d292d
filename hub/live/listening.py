"""Listeners within the hub: they hear what the sockets of a room hear, and one that falls behind is dropped."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

# Some minutes of a busy channel; who is further behind comes back and catches up from the table.
MOST_UNREAD: Final = 256


class ListeningEndedError(Exception):
    """This listener hears nothing more: the hub closes, or it fell too far behind."""


@dataclass(frozen=True)
class Heard:
    """An event as the sockets hear it."""

    event: str
    data: Mapping[str, Any]


class Ear:
    """What one listener has not read yet. `fall_behind` is called once, when that is too much."""

    def __init__(self, fall_behind: Callable[[], None]) -> None:
        self._unread: deque[Heard] = deque()
        self._news = asyncio.Event()
        self._has_ended = False
        self._fall_behind = fall_behind

    def hear(self, heard: Heard) -> None:
        if self._has_ended:
            return
        if len(self._unread) >= MOST_UNREAD:
            self.end()
            self._fall_behind()
            return
        self._unread.append(heard)
        self._news.set()

    def end(self) -> None:
        self._has_ended = True
        self._unread.clear()
        self._news.set()

    async def next(self, within_s: float) -> Heard | None:
        """The next event; None when none came in time. Raises ListeningEndedError."""
        if not self._unread and not self._has_ended:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._news.wait()
        if self._has_ended:
            raise ListeningEndedError
        return self._unread.popleft() if self._unread else None


class Listeners:
    """All ears of this hub, by room."""

    def __init__(self) -> None:
        self._ears: defaultdict[str, set[Ear]] = defaultdict(set)

    @contextmanager
    def listening(self, ear: Ear, *rooms: str) -> Iterator[None]:
        """An ear in some rooms."""
        for room in rooms:
            self._ears[room].add(ear)
        try:
            yield
        finally:
            for room in rooms:
                self._ears[room].discard(ear)
                if not self._ears[room]:
                    del self._ears[room]

    def tell(self, room: str | None, event: str, data: Any) -> None:
        """What was emitted to a room."""
        for ear in tuple(self._ears.get(room or "", ())):
            ear.hear(Heard(event, data))

    def close(self) -> None:
        """Nobody hears anything more."""
        for ear in {ear for ears in self._ears.values() for ear in ears}:
            ear.end()
