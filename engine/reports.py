"""What the engine says: events onto the output queue, and a ring so that the hub looks at once."""

import logging
from collections.abc import Sequence
from typing import Self

from contracts.events import PROGRESS_TTL_S, AnyJobEvent, Heartbeat
from contracts.outbox import Outbox
from contracts.queues import TypedQueue
from engine.doorbell import Doorbell
from engine.patience import Patience

log = logging.getLogger(__name__)

OutputQueue = TypedQueue[AnyJobEvent | Heartbeat]


class Reports:
    """For as long as the `async with` lasts."""

    def __init__(self, output: OutputQueue, patience: Patience, doorbell: Doorbell | None) -> None:
        self._output = output
        self._patience = patience
        self._doorbell = doorbell
        self._outbox: Outbox[AnyJobEvent] = Outbox(self._send)

    async def __aenter__(self) -> Self:
        await self._outbox.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outbox.__aexit__()

    async def tell(self, event: AnyJobEvent) -> None:
        """Returns when the event is durable, however long storage is away."""
        await self._outbox.put(event)
        log.info("job %s in %s %s (seq %d)", event.job_id, event.channel, event.kind, event.seq)

    async def show(self, events: Sequence[AnyJobEvent | Heartbeat]) -> None:
        """One try at saying what is soon replaced."""
        await self._patience.once(lambda: self._output.send(events, ttl_s=PROGRESS_TTL_S))
        await self._ring()

    async def _send(self, events: Sequence[AnyJobEvent]) -> None:
        await self._patience.until_done(lambda: self._output.send(events))
        await self._ring()

    async def _ring(self) -> None:
        if self._doorbell is not None:
            await self._doorbell.ring()
