"""The thread in which models work: one piece of work at a time, the most urgent sort first."""

import itertools
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from engine.failures import as_exception

# What is less urgent gets a turn after so long, lest a busy evening of talk leave every picture unfinished.
PATIENCE_S: Final = 2.0


class Rank(IntEnum):
    """The smaller, the sooner."""

    PERSON = 0
    PICTURE = 1
    BOT = 2  # bots among themselves


@dataclass(eq=False)
class _Ticket:
    number: int
    lane: str
    rank: Callable[[], Rank]
    work: Callable[[], None]
    starves_at_s: float
    done: Future[None]


class Turns:
    """A turn is a step: a token for all texts of a model, or one of a picture. All are taken in one thread.

    With one thread that computes, OpenMP keeps one team, whose threads are awake when the next loop begins. Were each
    lane's thread to compute, there would be more threads than cores, and all would sleep between two loops, which
    halves the speed.

    A lane that has work holds a claim between its turns too; otherwise less urgent work would get every second turn.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._tickets: list[_Ticket] = []
        self._claims: dict[str, Callable[[], Rank]] = {}
        self._listeners: list[Callable[[], None]] = []
        # A daemon, so that a model which hangs cannot keep the process from ending.
        threading.Thread(target=self._take_all, name="turns", daemon=True).start()

    def listen(self, hear: Callable[[], None]) -> None:
        """Called whenever a lane comes to rest, in its thread."""
        self._listeners.append(hear)

    def do(self, lane: str, rank: Callable[[], Rank], work: Callable[[], None]) -> None:
        """Returns when it was this lane's turn and the work is done, or raises what that raised.

        `rank` is asked anew whenever something changed.
        """
        ticket = _Ticket(next(self._numbers), lane, rank, work, time.monotonic() + PATIENCE_S, Future())
        with self._changed:
            self._claims[lane] = rank
            self._tickets.append(ticket)
            self._changed.notify_all()
        ticket.done.result()

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

    def _take_all(self) -> None:
        while True:
            ticket = self._next()
            try:
                ticket.work()
            except BaseException as error:  # noqa: BLE001  whoever waits for the work decides
                ticket.done.set_exception(as_exception(error))
            else:
                ticket.done.set_result(None)
            # It holds the model, which may have to leave while nothing else comes.
            del ticket

    def _next(self) -> _Ticket:
        with self._changed:
            while (ticket := self._most_urgent()) is None:
                starves_at_s = min((each.starves_at_s for each in self._tickets), default=math.inf)
                self._changed.wait(min(starves_at_s - time.monotonic(), threading.TIMEOUT_MAX))
            self._tickets.remove(ticket)
            return ticket

    def _most_urgent(self) -> _Ticket | None:
        """None while all are outranked by a lane that is between two turns."""
        now_s = time.monotonic()
        for ticket in self._tickets:
            if ticket.starves_at_s <= now_s:
                return ticket
        first = min(self._tickets, key=lambda each: (each.rank(), each.number), default=None)
        return None if first is None or self._is_outranked(first.lane, first.rank()) else first

    def _is_outranked(self, lane: str, rank: Rank) -> bool:
        return any(other() < rank for name, other in self._claims.items() if name != lane)
