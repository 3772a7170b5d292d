"""The engine from its start to its end: opens storage, runs the loops, leaves in good order."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from contracts.bots import BotState
from contracts.events import EVENT, HEARTBEAT_EVERY_S
from contracts.jobs import Job
from contracts.names import OUTPUT_QUEUE, input_queue
from contracts.pace import Pace
from contracts.queues import TypedQueue
from contracts.storage import Storage, open_storage
from engine.admission import Admission
from engine.aside import TOUCH_EVERY_S, Sign
from engine.blobs import Gallery, Markers, Pictures
from engine.bots import Bot
from engine.crowding import Crowding
from engine.device import choose
from engine.doorbell import Doorbell
from engine.forever import forever
from engine.heartbeat import heartbeat, new_engine_id
from engine.kinds import KINDS, LANES, LaneName
from engine.lanes import Lane
from engine.memory import budget_bytes
from engine.models import Models
from engine.patience import Patience
from engine.preparing import prepared
from engine.reports import OutputQueue, Reports
from engine.settings import Settings
from engine.settling import Settling
from engine.status import BotNow, LaneNow, ModelNow, Status, Tally
from engine.turns import Turns
from engine.watch import Watch
from engine.worker import Worker

log = logging.getLogger(__name__)

Show = Callable[[Status], None]

JOB: Final = TypeAdapter(Job)
# Answers that a lane works on at the same time. Pictures one by one: a suspended pipeline leaves the thread without
# gradients, and two that take turns would give them back too early.
PLACES: Final[dict[LaneName, int]] = {"text": 64}
OWN_LANES: Final[tuple[LaneName, ...]] = tuple(name for name in LANES if name != "remote")
REMOTE_AT_ONCE: Final = 8
SHOW_EVERY_S: Final = 0.5
LOOK_AROUND_EVERY_S: Final = 1.0
# The hub notices by itself that an engine is gone, so a farewell that storage does not take is given up.
FAREWELL_S: Final = 3.0
# A call that takes jobs is let come to its end: cut off, it would hide them for the time of a lease.
LAST_TAKE_S: Final = 5.0


async def serve(settings: Settings, bots: Sequence[Bot], stop: asyncio.Event, show: Show | None = None) -> bool:
    """Until `stop` is set. Returns whether every model came to rest; a thread may still be busy otherwise.

    `show` is told what the engine does, twice a second.
    """
    patience, pace = Patience(), Pace()
    secret = settings.storage_connection_string
    connection = None if secret is None else secret.get_secret_value()
    async with open_storage(connection, settings.storage_account) as storage:
        output: OutputQueue = TypedQueue(storage, OUTPUT_QUEUE, EVENT)
        pools = settings.pools or tuple(dict.fromkeys(bot.pool for bot in bots))
        inputs = [TypedQueue(storage, input_queue(pool), JOB) for pool in pools]
        if not await prepared([output.create, *(queue.create for queue in inputs)], storage, patience, stop):
            return True
        doorbell = _doorbell(settings, pace)
        async with Reports(output, patience, doorbell) as reports:
            engine = Engine(settings, bots, storage, inputs, reports, patience, pace)
            await engine.run(doorbell, stop, show)
            return engine.is_at_rest


class Engine:
    """The parts, wired; and their loops."""

    def __init__(
        self,
        settings: Settings,
        bots: Sequence[Bot],
        storage: Storage,
        inputs: Sequence[TypedQueue[Job]],
        reports: Reports,
        patience: Patience,
        pace: Pace,
    ) -> None:
        self._settings = settings
        self._bots = tuple(bot for bot in bots if settings.pools is None or bot.pool in settings.pools)
        self._cards = tuple(bot.card for bot in self._bots)
        self._reports = reports
        self._patience = patience
        self._id = new_engine_id()
        device = choose(settings.device)
        self._budget_bytes = budget_bytes(settings.memory_mib, device)
        self._models = Models(self._budget_bytes, device, self._look_again)
        self._tally = Tally()
        self._sign = Sign()
        self._crowding = Crowding() if device.place.type == "cpu" else None
        self._lanes = self._opened(Turns(), pace)
        markers = Markers(storage)
        self._watch = Watch(reports, markers, patience)
        admission = Admission(bots, self._lanes, Gallery(storage).fetch)
        settling = Settling(admission, self._watch, reports, Pictures(storage), markers, patience, self._tally)
        self._worker = Worker(inputs, admission, settling, self._watch, patience, pace, settings.lease_s)

    @property
    def is_at_rest(self) -> bool:
        return not self._models.is_loading and all(lane.is_idle for lane in self._lanes.values())

    @property
    def status(self) -> Status:
        """Of this moment."""
        return Status(
            bots=tuple(BotNow(bot.name, bot.avatar, bot.kind, bot.card.model, self._state(bot)) for bot in self._bots),
            models=tuple(ModelNow(Path(name).name, size_bytes) for name, size_bytes in self._models.held()),
            lanes=tuple(LaneNow(name, lane.running, lane.waiting) for name, lane in self._lanes.items()),
            budget_bytes=self._budget_bytes,
            tokens_per_second=self._tally.tokens_per_second,
            answers=self._tally.answers,
            failures=self._tally.failures,
            storage_away_s=self._patience.away_s,
        )

    async def run(self, doorbell: Doorbell | None, stop: asyncio.Event, show: Show | None) -> None:
        never = asyncio.Event()
        taking = asyncio.create_task(forever("takes jobs", self._worker.take, stop))
        loops = {"watches runs": self._watch.look, "beats": self._beat, "keeps training away": self._keep_training_away}
        if self._crowding is not None:
            loops["gives way"] = partial(self._give_way, self._crowding)
        if show is not None:
            loops["shows what it does"] = partial(self._show, show)
        if doorbell is not None:
            loops["listens to the doorbell"] = doorbell.listen
        others = [asyncio.create_task(forever(name, loop, never)) for name, loop in loops.items()]
        log.info("engine %s serves %s", self._id, ", ".join(card.name for card in self._cards))
        self._models.warm(self._bots)
        await stop.wait()
        log.info("engine %s leaves", self._id)
        self._worker.close()
        self._models.close()
        await asyncio.wait({taking}, timeout=LAST_TAKE_S)
        await self._worker.leave(self._settings.grace_s)
        await self._farewell()
        for task in (taking, *others):
            task.cancel()
        await asyncio.gather(taking, *others, return_exceptions=True)
        if self._crowding is not None:
            self._crowding.close()

    def _opened(self, turns: Turns, pace: Pace) -> Mapping[LaneName, Lane]:
        lanes = {name: Lane(name, self._models, turns, pace.ring, places=PLACES.get(name, 1)) for name in OWN_LANES}
        # A service elsewhere needs no turn on the device.
        lanes["remote"] = Lane("remote", self._models, None, pace.ring, threads=REMOTE_AT_ONCE)
        return lanes

    def _look_again(self) -> None:
        for lane in self._lanes.values():
            lane.look_again()

    def _state(self, bot: Bot) -> BotState:
        """A bot is busy when its model is there and its lane is full."""
        state = self._models.state(bot)
        lane = self._lanes[KINDS[bot.kind].lane]
        return "busy" if state == "warm" and lane.running >= lane.places else state

    async def _show(self, show: Show) -> None:
        show(self.status)
        await asyncio.sleep(SHOW_EVERY_S)

    async def _beat(self) -> None:
        """At once when a bot's state has changed."""
        states = self.status.states
        await self._reports.show([heartbeat(self._id, self._cards, states)])
        due_s = time.monotonic() + HEARTBEAT_EVERY_S
        while time.monotonic() < due_s and self.status.states == states:  # noqa: ASYNC110  states are of other threads
            await asyncio.sleep(SHOW_EVERY_S)

    async def _keep_training_away(self) -> None:
        """From the device, which work that runs elsewhere does not need."""
        if any(not self._lanes[name].is_idle for name in OWN_LANES):
            await asyncio.to_thread(self._sign.touch)
        await asyncio.sleep(TOUCH_EVERY_S)

    async def _give_way(self, crowding: Crowding) -> None:
        crowding.look()
        await asyncio.sleep(LOOK_AROUND_EVERY_S)

    async def _farewell(self) -> None:
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._reports.show([heartbeat(self._id, self._cards, {}, leaving=True)])
        except TimeoutError:
            log.warning("storage took no farewell")


def _doorbell(settings: Settings, pace: Pace) -> Doorbell | None:
    if settings.hub_url is None or settings.token is None:
        return None
    return Doorbell(settings.hub_url, settings.token.get_secret_value(), pace)
