"""The drain: takes events from the output queue, writes rows, and deletes an event only after its row is written."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from opentelemetry.trace import SpanKind

from contracts.events import AnyJobEvent, Event, Finished, Heartbeat, Progress, Terminal
from contracts.pace import Pace
from contracts.queues import RECEIVE_LIMIT, Lease, LeaseLostError, TypedQueue
from contracts.storage import is_unavailable
from contracts.tracing import after, span
from hub.errors import StorageUnavailableError
from hub.log.archive import Archive
from hub.log.rows import Stored
from hub.pictures.book import PictureBook
from hub.talk.answers import take

log = logging.getLogger(__name__)

# Longer than a transaction with all its retries takes; a hub that dies gives its events back after this time.
LEASE_S = 30
# A pack that could not be applied so often will never be.
MOST_READS = 5
BACK_OFF_S = 1.0


class Drain:
    """One loop a hub; several hubs share the queue, and the conditional writes keep them from harming each other."""

    def __init__(
        self,
        queue: TypedQueue[Event],
        archive: Archive,
        heard: Callable[[Heartbeat], Awaitable[None]],
        applied: Callable[[AnyJobEvent, Stored], None],
        pace: Pace,
        pictures: PictureBook,
    ) -> None:
        """`applied` is told of each event that changed a placeholder, and what that was before."""
        self._queue = queue
        self._pictures = pictures
        self._archive = archive
        self._heard = heard
        self._applied = applied
        self.pace = pace
        self.is_well = False

    async def run(self) -> None:
        """Drain for ever; nothing but cancellation ends it."""
        while True:
            try:
                leases = await self._queue.receive(RECEIVE_LIMIT, LEASE_S)
                self.is_well = True
                if leases:
                    # A heartbeat says nothing of what is to come: it must not keep a quiet night awake.
                    if any(not isinstance(event, Heartbeat) for lease in leases for event in lease.items):
                        self.pace.busy()
                    await self._settle(leases)
                else:
                    await self.pace.wait()
            except Exception as error:
                if self.is_well or not is_unavailable(error):
                    log.warning("the drain stumbled: %r", error, exc_info=not is_unavailable(error))
                self.is_well = False
                await asyncio.sleep(BACK_OFF_S)

    async def _settle(self, leases: Sequence[Lease[Event]]) -> None:
        stale = _overtaken(leases)
        await asyncio.gather(*(self._apply(lease, stale) for lease in leases))

    async def _apply(self, lease: Lease[Event], stale: set[int]) -> None:
        """Events of one lease stand or fall together: it is read again when any of them could not be written."""
        again = lease.dequeue_count > 1
        try:
            await asyncio.gather(*(self._one(event, again) for event in lease.items if id(event) not in stale))
        except StorageUnavailableError:
            return
        except Exception as error:
            log.exception("an event could not be applied")
            if is_unavailable(error) or lease.dequeue_count < MOST_READS:
                return
            for event in lease.items:
                await self._queue.poison(event.to_json(), "not_applied", repr(error)[:300], lease.dequeue_count)
        try:
            await lease.delete()
        except LeaseLostError:
            log.info("another hub has read the same events")

    async def _one(self, event: Event, again: bool) -> None:
        if isinstance(event, Heartbeat):
            await self._heard(event)
            return
        if isinstance(event, Terminal):
            with span(f"process {self._queue.name}", SpanKind.CONSUMER, after(event.traceparent), job=event.job_id):
                await self._take(event, again)
        else:
            await self._take(event, again)

    async def _take(self, event: AnyJobEvent, again: bool) -> None:
        channel_log = self._archive.channel(event.channel)
        images = event.images if isinstance(event, Finished) else ()
        await self._pictures.painted(images, event.channel, event.comment_id)
        before = await channel_log.commit(lambda draft: take(draft, event, again))
        if before is not None:
            self._applied(event, before)
        if images:
            stored = await channel_log.stored(event.comment_id)
            shown = stored.message.images if stored is not None else ()
            unused = [image for image in images if image not in shown]
            await self._pictures.withdrawn(unused, event.channel, event.comment_id)


def _overtaken(leases: Sequence[Lease[Event]]) -> set[int]:
    """Progress that another snapshot of the same job, read together with it, makes superfluous (by identity)."""
    newest: dict[str, AnyJobEvent] = {}
    for event in (event for lease in leases for event in lease.items if not isinstance(event, Heartbeat)):
        held = newest.get(event.job_id)
        if held is None or (event.seq, not isinstance(event, Progress)) > (held.seq, not isinstance(held, Progress)):
            newest[event.job_id] = event
    return {
        id(event)
        for lease in leases
        for event in lease.items
        if isinstance(event, Progress) and newest[event.job_id] is not event
    }
