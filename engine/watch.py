"""The watch over all runs: shows how far they are, and stops what nobody waits for any more."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from engine.answers import Snapshot
from engine.attempt import Attempt
from engine.blobs import Markers
from engine.failures import ExpiredError, NotNowError, StoppedError
from engine.patience import Patience
from engine.reports import Reports
from engine.run import Run

PROGRESS_EVERY_S: Final = 0.25


@dataclass(eq=False)
class _Watched:
    attempt: Attempt
    run: Run
    shown: Snapshot | None = None


class Watch:
    """Looks at all runs four times a second, while there are any."""

    def __init__(self, reports: Reports, markers: Markers, patience: Patience) -> None:
        self._reports = reports
        self._markers = markers
        self._patience = patience
        self._all: set[_Watched] = set()
        self._any = asyncio.Event()

    @contextmanager
    def over(self, attempt: Attempt, run: Run) -> Iterator[None]:
        """The run is watched within the block and ends with it."""
        watched = _Watched(attempt, run)
        self._all.add(watched)
        self._any.set()
        try:
            yield
        finally:
            self._all.discard(watched)
            run.drop()

    async def look(self) -> None:
        """One round; waits until there is a run."""
        if not self._all:
            self._any.clear()
            await self._any.wait()
        # First, so that answers which are quicker cost no look.
        await asyncio.sleep(PROGRESS_EVERY_S)
        if self._all:
            await self._stop_unwanted()
            await self._show_progress()

    def give_back(self, waiting_only: bool) -> None:
        """End all runs, or those that have not begun."""
        for watched in self._all:
            if not (waiting_only and watched.run.begun.is_set()):
                watched.run.stop(NotNowError("the engine leaves"))

    async def _stop_unwanted(self) -> None:
        jobs = [watched.attempt.job.job_id for watched in self._all]
        unwanted = await self._patience.once(lambda: self._markers.look(jobs)) or frozenset()
        now_ms = time.time_ns() // 1_000_000
        for watched in self._all:
            if watched.attempt.job.job_id in unwanted:
                watched.run.stop(StoppedError())
            elif watched.attempt.job.deadline_at < now_ms:
                watched.run.stop(ExpiredError())

    async def _show_progress(self) -> None:
        news = [each for each in self._all if each.run.latest is not each.shown and not each.run.outcome.done()]
        events = []
        for watched in news:
            watched.shown = watched.run.latest
            if watched.shown is not None:
                events.append(watched.attempt.events.progress(watched.shown))
        if events:
            await self._reports.show(events)
