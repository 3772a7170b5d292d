"""A lane: one thread for one sort of work, one job at a time, with room for as many more as it will begin soon."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Final

from engine.answers import Generation
from engine.run import Run

# What waits here is out of reach for other engines, so no more may wait than begin within about this time.
SOON_S: Final = 1.0
MOST_WAITING: Final = 64
# The weight of the newest job in the time that a job is expected to take.
NEWEST_SHARE: Final = 0.2


class Lane:
    """Used from the event loop; only the generations run in the thread."""

    def __init__(self, name: str, has_room: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._has_room = has_room
        self._queue: queue.SimpleQueue[Run] = queue.SimpleQueue()
        self._held = 0
        self._suspects = 0
        self._job_s: float | None = None
        # A daemon, so that a model which hangs cannot keep the process from ending.
        threading.Thread(target=self._work, name=f"{name}-lane", daemon=True).start()

    @property
    def room(self) -> int:
        """How many more jobs would begin soon. One may always wait, so that the lane never pauses between two jobs.

        Nothing waits behind a suspect: what it takes with it would be counted as failed too.
        """
        if self._suspects:
            return 0
        waiting = 1 if self._job_s is None else min(max(int(SOON_S / max(self._job_s, 1e-6)), 1), MOST_WAITING)
        return max(0, 1 + waiting - self._held)

    @property
    def wait_s(self) -> float:
        """When there will be room, as far as one can tell."""
        return self._held * (self._job_s or SOON_S)

    @property
    def is_idle(self) -> bool:
        return self._held == 0

    def start(self, begin: Callable[[], Generation], is_suspect: bool = False) -> Run:
        """`begin` is called in the thread when all that came before has ended."""
        run = Run(begin, is_suspect)
        self._held += 1
        self._suspects += is_suspect
        self._queue.put(run)
        return run

    def _work(self) -> None:
        try:
            while True:
                run = self._queue.get()
                run.work()
                self._loop.call_soon_threadsafe(self._ended, run)
        except RuntimeError:
            # The engine has left without waiting for this run: nobody hears of its end any more.
            if not self._loop.is_closed():
                raise

    def _ended(self, run: Run) -> None:
        was_full = not self.room
        self._held -= 1
        self._suspects -= run.is_suspect
        if run.took_s:
            usual_s = run.took_s if self._job_s is None else self._job_s
            self._job_s = usual_s + NEWEST_SHARE * (run.took_s - usual_s)
        if was_full:
            self._has_room()
