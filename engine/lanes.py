"""A lane: the threads of one sort of work, with places for what they work on and room for what will begin soon."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from engine.answers import Model
from engine.bots import Bot
from engine.failures import JobError, as_exception
from engine.run import Run
from engine.turns import Rank, Turns

# What waits here is out of reach for other engines, so no more may wait than begin within about this time.
SOON_S: Final = 1.0
MOST_WAITING: Final = 64
# Beyond that, for channels that have nothing here yet: one busy channel must not keep the others out.
STRANGERS: Final = 8
# The weight of the newest job in the time that a job is expected to take.
NEWEST_SHARE: Final = 0.2


class Residence(Protocol):
    """Where the models are."""

    def take(self, bot: Bot) -> Model | None:
        """The bot's model, held until `release`; None while it is not in memory. Raises JobError."""
        ...

    def release(self, bot: Bot) -> None: ...


class Lane:
    """Started and asked from the event loop; only the generations run in the threads, `places` in each.

    Those that share `turns` with others run in the thread of these.
    """

    def __init__(
        self,
        name: str,
        residence: Residence,
        turns: Turns | None,
        has_room: Callable[[], None],
        *,
        places: int = 1,
        threads: int = 1,
    ) -> None:
        self._name = name
        self._loop = asyncio.get_running_loop()
        self._residence = residence
        self._turns = turns
        self._has_room = has_room
        self._places = places
        self._threads = threads
        self._changed = threading.Condition()
        self._waiting: list[Run] = []
        self._running: list[Run] = []
        self._held: list[Run] = []
        if turns is not None:
            turns.listen(self.look_again)
        self._job_s: float | None = None
        for number in range(threads):
            # Daemons, so that a model which hangs cannot keep the process from ending.
            threading.Thread(target=self._work, name=f"{name}-lane-{number}", daemon=True).start()

    @property
    def places(self) -> int:
        return self._places * self._threads

    @property
    def room(self) -> int:
        """How many more jobs would begin soon. One may always wait, so that the lane never pauses between two jobs.

        Nothing waits behind a suspect: what it takes with it would be counted as failed too.
        """
        if any(run.is_suspect for run in self._held):
            return 0
        soon = 1 if self._job_s is None else int(SOON_S * self.places / max(self._job_s, 1e-6))
        return max(0, self.places + min(max(soon, 1), MOST_WAITING) - len(self._held))

    @property
    def is_hogged(self) -> bool:
        """Whether there is no room, and one channel has most of what is here."""
        channels = Counter(run.channel for run in self._held)
        return not self.room and len(self._held) > 1 and channels.most_common(1)[0][1] * 2 > len(self._held)

    @property
    def wait_s(self) -> float:
        """When there will be room, as far as one can tell."""
        return len(self._held) / self.places * (self._job_s or SOON_S)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._held) - len(self._running)

    @property
    def is_idle(self) -> bool:
        return not self._held

    def has_room_for(self, channel: str) -> bool:
        """A channel that has nothing here finds a place when others do not."""
        if self.room:
            return True
        is_known = any(run.channel == channel or run.is_suspect for run in self._held)
        return not is_known and len(self._held) < self.places + MOST_WAITING + STRANGERS

    def start(self, run: Run) -> Run:
        """It begins when its turn has come and its model is there."""
        self._held.append(run)
        with self._changed:
            self._waiting.append(run)
            self._changed.notify_all()
        if self._turns is not None:
            self._turns.look_again()
        return run

    def look_again(self) -> None:
        """A model came or went, or another lane came to rest; from any thread."""
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        mine: list[Run] = []
        try:
            while True:
                self._take_in(mine)
                self._round(mine)
                self._let_go(mine)
        except RuntimeError:
            # The engine has left without waiting for these runs: nobody hears of their end any more.
            if not self._loop.is_closed():
                raise

    def _take_in(self, mine: list[Run]) -> None:
        """Begins what can begin; waits while there is nothing to do."""
        is_resting = False
        while True:
            over: list[Run] = []
            with self._changed:
                begun = self._begin_next(mine, over)
                is_idle = not (begun or mine or over)
                if is_idle and is_resting:
                    self._changed.wait()
            self._tell_ended(over)
            if mine and not begun:
                return
            if is_idle and not is_resting:
                self._rest()
                is_resting = True

    def _begin_next(self, mine: list[Run], over: list[Run]) -> bool:
        """The first that can, of the most urgent and of the channel with the least under way."""
        over += [run for run in self._waiting if run.is_over]
        self._waiting = [run for run in self._waiting if not run.is_over]
        if len(mine) >= self._places:
            return False
        busy = Counter(run.channel for run in self._running)
        for run in sorted(self._waiting, key=lambda run: (run.rank, busy[run.channel])):
            if self._may_begin(run) and self._began(run, over):
                self._waiting.remove(run)
                if run not in over:
                    mine.append(run)
                    self._running.append(run)
                return True
        return False

    def _may_begin(self, run: Run) -> bool:
        """A suspect is alone. Bots talk with each other when nobody else wants anything."""
        if self._running and (run.is_suspect or any(other.is_suspect for other in self._running)):
            return False
        if run.rank < Rank.BOT:
            return True
        is_alone = all(other.rank >= run.rank for other in self._running)
        return is_alone and (self._turns is None or self._turns.is_calm(self._name, run.rank))

    def _began(self, run: Run, over: list[Run]) -> bool:
        """False while its model is not there; what cannot begin is over."""
        try:
            model = self._residence.take(run.bot)
        except JobError as error:
            run.fail(error)
            over.append(run)
            return True
        if model is None:
            return False
        run.begin(model)
        return True

    def _round(self, mine: list[Run]) -> None:
        """A step of each model, and a pull of each run."""
        models: dict[int, list[Run]] = {}
        for run in mine:
            models.setdefault(id(run.model), []).append(run)
        for runs in models.values():
            self._wait_for_pictures(runs)
            if self._turns is None:
                _step(runs)
            else:
                self._turns.do(self._name, self._rank, partial(_step, runs))

    def _wait_for_pictures(self, runs: list[Run]) -> None:
        """Here, where nobody waits for the device meanwhile."""
        late = [run for run in runs if run.is_waiting]
        if late:
            self._rest()
        for run in late:
            run.wait()

    def _rank(self) -> Rank:
        """That of the most urgent run here, begun or not."""
        return min((run.rank for run in self._held), default=Rank.BOT)

    def _let_go(self, mine: list[Run]) -> None:
        over = [run for run in mine if run.is_closed]
        for run in over:
            mine.remove(run)
            self._residence.release(run.bot)
            with self._changed:
                self._running.remove(run)
        self._tell_ended(over)

    def _rest(self) -> None:
        if self._turns is not None:
            self._turns.rest(self._name)

    def _tell_ended(self, over: list[Run]) -> None:
        for run in over:
            self._loop.call_soon_threadsafe(self._ended, run)

    def _ended(self, run: Run) -> None:
        was_full = not self.room
        self._held.remove(run)
        if run.took_s:
            usual_s = run.took_s if self._job_s is None else self._job_s
            self._job_s = usual_s + NEWEST_SHARE * (run.took_s - usual_s)
        if was_full:
            self._has_room()


def _step(runs: list[Run]) -> None:
    """All of them have the same model. What is over lets go here of what it holds: a greenlet stays in its thread."""
    model = runs[0].model
    try:
        if model is not None and not all(run.is_over for run in runs):
            model.step()
    except BaseException as error:  # noqa: BLE001  the lane lives on; who waits for the outcomes decides
        for run in runs:
            run.fail(as_exception(error))
    for run in runs:
        run.pull()
        if run.is_over:
            run.close()
