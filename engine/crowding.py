"""Gives way to other programs that compute on the same cores."""

import threading
from typing import Final

import psutil
import torch

# Cores that others use on average since the last look: from so many on the machine is crowded, below so few no more.
CROWDED_FROM: Final = 0.6
CALM_BELOW: Final = 0.3
# torch shares out the work on so many numbers among its threads.
MANY: Final = 1 << 20


class Crowding:
    """libgomp's threads spin for milliseconds while they wait for each other, which is quick on cores of their own.

    Beside a program that computes, they spin on the very core that the one they wait for needs, and a text comes at a
    sixth of its speed. libgomp lets threads sleep at once when it has more of them than there are cores, so while the
    machine is crowded a second team is kept, which does nothing. Other OpenMPs are not moved by that.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self._over: threading.Event | None = None
        self._others()

    @property
    def is_crowded(self) -> bool:
        return self._over is not None

    def look(self) -> None:
        """At what has happened since the last look; once a second or so."""
        others = self._others()
        if self._over is None and others > CROWDED_FROM:
            self._over = threading.Event()
            threading.Thread(target=_second_team, args=(self._over,), name="second team", daemon=True).start()
        elif others < CALM_BELOW:
            self.close()

    def close(self) -> None:
        if self._over is not None:
            self._over.set()
            self._over = None

    def _others(self) -> float:
        """How many cores' work other processes did."""
        everything: float = psutil.cpu_percent() * self._cores
        own: float = self._process.cpu_percent()
        return (everything - own) / 100


def _second_team(over: threading.Event) -> None:
    """It is there from the first shared work to the end of the thread."""
    torch.zeros(MANY).add_(1)
    over.wait()
