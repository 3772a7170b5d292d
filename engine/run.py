"""One generation on its way through a lane: what is known of it so far, and its end."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent import futures
from typing import Final

from engine.answers import Answer, Generation, Model, Snapshot, Waiting
from engine.bots import Bot
from engine.failures import as_exception
from engine.turns import Rank

log = logging.getLogger(__name__)

Begin = Callable[[Model], Generation]
# So often somebody looks whether an answer is still wanted that waits for a picture.
LOOK_S: Final = 0.25


class Run:
    """`latest` is the newest snapshot; `begun` and `outcome` end on the event loop.

    `began_ms` is in ms since 1970; `took_s` stays 0 without an answer. `is_suspect`: it failed before, or took its
    engine with it.
    """

    def __init__(self, bot: Bot, channel: str, rank: Rank, begin: Begin, is_suspect: bool = False) -> None:
        self._loop = asyncio.get_running_loop()
        self._begin = begin
        self._generation: Generation | None = None
        self.model: Model | None = None
        self._began_s = 0.0
        self.bot: Final = bot
        self.channel: Final = channel
        self.rank: Final = rank
        self.is_suspect: Final = is_suspect
        self._arriving: futures.Future[bytes] | None = None
        self.is_over = False
        self.is_closed = False
        self.begun = asyncio.Event()
        self.outcome: asyncio.Future[Answer] = self._loop.create_future()
        self.latest: Snapshot | None = None
        self.began_ms = 0
        self.took_s = 0.0

    def stop(self, reason: Exception) -> None:
        """Nothing more is pulled, and `reason` is the outcome, unless there is one already."""
        self.is_over = True
        if not self.outcome.done():
            self.outcome.set_exception(reason)

    def drop(self) -> None:
        """Nothing more is pulled, and nobody waits for the outcome."""
        self.is_over = True
        self.outcome.cancel()

    def begin(self, model: Model) -> None:
        """In a thread of the lane."""
        self.began_ms = time.time_ns() // 1_000_000
        self._began_s = time.monotonic()
        self.model = model
        self._generation = self._begin(model)
        self._loop.call_soon_threadsafe(self.begun.set)

    def pull(self) -> None:
        """One snapshot further, in the thread that works."""
        if self.is_over or self._generation is None:
            return
        try:
            said = next(self._generation)
        except StopIteration:
            self.fail(RuntimeError("the generation ended without an answer"))
        except BaseException as error:  # noqa: BLE001  the lane lives on; who waits for the outcome decides
            self.fail(as_exception(error))
        else:
            self._hear(said)

    def fail(self, error: Exception) -> None:
        """It ends here; nobody hears of it any more where the engine has left."""
        self.is_over = True
        self._loop.call_soon_threadsafe(self.stop, error)

    def close(self) -> None:
        """Lets go of what the generation holds, in the thread that pulled."""
        try:
            if self._generation is not None:
                self._generation.close()
        except BaseException:
            log.exception("%s: what a generation held could not be let go", self.bot.name)
        # Whoever still settles the job must not keep the model, whose memory may be needed for the next.
        self._generation = self.model = None
        self.is_closed = True

    @property
    def is_waiting(self) -> bool:
        return self._arriving is not None and not self._arriving.done() and not self.is_over

    def wait(self) -> None:
        """Until what the generation wants is there, or nobody wants the answer any more."""
        while self.is_waiting:
            futures.wait([*filter(None, [self._arriving])], timeout=LOOK_S)

    def _hear(self, said: Snapshot | Answer | Waiting) -> None:
        self._arriving = said.arriving if isinstance(said, Waiting) else None
        if isinstance(said, Waiting):
            return
        if isinstance(said, Snapshot):
            self.latest = said
            return
        self.is_over = True
        self.took_s = time.monotonic() - self._began_s
        self._loop.call_soon_threadsafe(self._finish, said)

    def _finish(self, answer: Answer) -> None:
        if not self.outcome.done():
            self.outcome.set_result(answer)
