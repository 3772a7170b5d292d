"""Whose turn it is on the device: one piece of work at a time, the most urgent sort first."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

# What is less urgent gets a turn after so long, lest a busy evening of talk leave every picture unfinished.
PATIENCE_S: Final = 2.0


class Rank(IntEnum):
    """The smaller, the sooner."""

    PERSON = 0
    PICTURE = 1
    BOT = 2  # a bot answers a bot


@dataclass(eq=False)
class _Ticket:
    number: int
    lane: str
    rank: Callable[[], Rank]
    starves_at_s: float


class Turns:
    """Shared by the threads of the lanes. A turn is a step: a token for all texts of a model, or one of a picture.

    A lane that has work holds a claim between its turns too; otherwise less urgent work would get every second turn.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._numbers = itertools.count()
        self._tickets: list[_Ticket] = []
        self._claims: dict[str, Callable[[], Rank]] = {}
        self._listeners: list[Callable[[], None]] = []

    def listen(self, hear: Callable[[], None]) -> None:
        """Called whenever a lane comes to rest, in its thread."""
        self._listeners.append(hear)

    @contextmanager
    def turn(self, lane: str, rank: Callable[[], Rank]) -> Iterator[None]:
        """Blocks until it is this lane's turn; `rank` is asked anew whenever something changed."""
        ticket = _Ticket(next(self._numbers), lane, rank, time.monotonic() + PATIENCE_S)
        with self._changed:
            self._claims[lane] = rank
            self._tickets.append(ticket)
            while self._is_taken or not self._is_next(ticket):
                self._changed.wait(max(ticket.starves_at_s - time.monotonic(), 0.001) if not self._is_taken else None)
            self._tickets.remove(ticket)
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    def rest(self, lane: str) -> None:
        """The lane has no work any more."""
        with self._changed:
            self._claims.pop(lane, None)
            self._changed.notify_all()
        for hear in self._listeners:
            hear()

    def look_again(self) -> None:
        """A rank has changed."""
        with self._changed:
            self._changed.notify_all()

    def is_waited_for(self, lane: str) -> bool:
        """Whether a lane waits for its turn at this moment."""
        with self._changed:
            return any(ticket.lane == lane for ticket in self._tickets)

    def is_calm(self, lane: str, rank: Rank) -> bool:
        """Whether no other lane has more urgent work."""
        with self._changed:
            return not self._is_outranked(lane, rank)

    def _is_next(self, ticket: _Ticket) -> bool:
        now_s = time.monotonic()
        starving = [each for each in self._tickets if each.starves_at_s <= now_s]
        if starving:
            return starving[0] is ticket
        rank = ticket.rank()
        earlier = (each for each in self._tickets if each.number < ticket.number)
        return not self._is_outranked(ticket.lane, rank) and all(each.rank() > rank for each in earlier)

    def _is_outranked(self, lane: str, rank: Rank) -> bool:
        return any(other() < rank for name, other in self._claims.items() if name != lane)
