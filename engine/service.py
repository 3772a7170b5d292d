"""The engine from its start to its end: opens storage, runs the loops, leaves in good order."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import TypeAdapter

from contracts.events import EVENT, HEARTBEAT_EVERY_S
from contracts.jobs import Job
from contracts.names import OUTPUT_QUEUE, input_queue
from contracts.pace import Pace
from contracts.queues import TypedQueue
from contracts.storage import Storage, open_storage
from engine.admission import Admission
from engine.blobs import Markers, Pictures
from engine.bots import Bot
from engine.doorbell import Doorbell
from engine.forever import forever
from engine.heartbeat import heartbeat, new_engine_id
from engine.kinds import LANES, LaneName
from engine.lanes import Lane
from engine.models import Models
from engine.patience import Patience
from engine.preparing import prepared
from engine.reports import OutputQueue, Reports
from engine.settings import Settings
from engine.settling import Settling
from engine.watch import Watch
from engine.worker import Worker

log = logging.getLogger(__name__)

JOB: Final = TypeAdapter(Job)
# The hub notices by itself that an engine is gone, so a farewell that storage does not take is given up.
FAREWELL_S: Final = 3.0
# A call that takes jobs is let come to its end: cut off, it would hide them for the time of a lease.
LAST_TAKE_S: Final = 5.0


async def serve(settings: Settings, bots: Sequence[Bot], stop: asyncio.Event) -> bool:
    """Until `stop` is set. Returns whether every model came to rest; a thread may still be busy otherwise."""
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
            await engine.run(doorbell, stop)
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
        self._cards = tuple(bot.card for bot in bots if settings.pools is None or bot.pool in settings.pools)
        self._reports = reports
        self._id = new_engine_id()
        self._lanes: Mapping[LaneName, Lane] = {name: Lane(name, pace.ring) for name in LANES}
        markers = Markers(storage)
        self._watch = Watch(reports, markers, patience)
        admission = Admission(bots, Models(settings.most_models, settings.device), self._lanes)
        settling = Settling(admission, self._watch, reports, Pictures(storage), markers, patience)
        self._worker = Worker(inputs, admission, settling, self._watch, patience, pace, settings.lease_s)

    @property
    def is_at_rest(self) -> bool:
        return all(lane.is_idle for lane in self._lanes.values())

    async def run(self, doorbell: Doorbell | None, stop: asyncio.Event) -> None:
        never = asyncio.Event()
        taking = asyncio.create_task(forever("takes jobs", self._worker.take, stop))
        others = [
            asyncio.create_task(forever("watches runs", self._watch.look, never)),
            asyncio.create_task(forever("beats", self._beat, never)),
        ]
        if doorbell is not None:
            others.append(asyncio.create_task(forever("listens to the doorbell", doorbell.listen, never)))
        log.info("engine %s serves %s", self._id, ", ".join(card.name for card in self._cards))
        await stop.wait()
        log.info("engine %s leaves", self._id)
        self._worker.close()
        await asyncio.wait({taking}, timeout=LAST_TAKE_S)
        await self._worker.leave(self._settings.grace_s)
        await self._farewell()
        for task in (taking, *others):
            task.cancel()
        await asyncio.gather(taking, *others, return_exceptions=True)

    async def _beat(self) -> None:
        await self._reports.show([heartbeat(self._id, self._cards)])
        await asyncio.sleep(HEARTBEAT_EVERY_S)

    async def _farewell(self) -> None:
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self._reports.show([heartbeat(self._id, self._cards, leaving=True)])
        except TimeoutError:
            log.warning("storage took no farewell")


def _doorbell(settings: Settings, pace: Pace) -> Doorbell | None:
    if settings.hub_url is None or settings.token is None:
        return None
    return Doorbell(settings.hub_url, settings.token.get_secret_value(), pace)
