"""One generation on its way through a lane: what is known of it so far, and its end."""

import asyncio
import time
from collections.abc import Callable

from engine.answers import Answer, Generation, Snapshot


class Run:
    """`latest` is the newest snapshot; `begun` and `outcome` end on the event loop.

    `began_ms` is in ms since 1970; `took_s` stays 0 without an answer. `is_suspect`: it failed before, or took its
    engine with it.
    """

    def __init__(self, begin: Callable[[], Generation], is_suspect: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._begin = begin
        self.is_suspect = is_suspect
        self._stopped = False
        self.begun = asyncio.Event()
        self.outcome: asyncio.Future[Answer] = self._loop.create_future()
        self.latest: Snapshot | None = None
        self.began_ms = 0
        self.took_s = 0.0

    def stop(self, reason: Exception) -> None:
        """Nothing more is pulled, and `reason` is the outcome, unless there is one already."""
        self._stopped = True
        if not self.outcome.done():
            self.outcome.set_exception(reason)

    def drop(self) -> None:
        """Nothing more is pulled, and nobody waits for the outcome."""
        self._stopped = True
        self.outcome.cancel()

    def work(self) -> None:
        """Pulls the whole generation; in the lane's thread."""
        if self._stopped:
            return
        self.began_ms = time.time_ns() // 1_000_000
        began_s = time.monotonic()
        self._loop.call_soon_threadsafe(self.begun.set)
        try:
            answer = self._pull()
            self.took_s = time.monotonic() - began_s
            self._loop.call_soon_threadsafe(self._finish, answer)
        except Exception as error:  # noqa: BLE001  the lane lives on; who waits for the outcome decides
            self._loop.call_soon_threadsafe(self.stop, error)

    def _pull(self) -> Answer | None:
        """The answer, or None when it is not wanted any more."""
        generation = self._begin()
        try:
            for said in generation:
                if self._stopped:
                    return None
                if isinstance(said, Answer):
                    return said
                self.latest = said
        finally:
            generation.close()
        raise RuntimeError("the generation ended without an answer")

    def _finish(self, answer: Answer | None) -> None:
        if answer is not None and not self.outcome.done():
            self.outcome.set_result(answer)
