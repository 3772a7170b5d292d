"""Takes what the lanes can begin soon from the input queues, and holds each lease until its jobs are settled."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from typing import Final

from contracts.jobs import Job
from contracts.pace import LONGEST_S, SHORTEST_S, Pace
from contracts.queues import RECEIVE_LIMIT, Lease, LeaseLostError, TypedQueue
from engine.admission import Admission
from engine.holding import hold
from engine.patience import Patience
from engine.settling import Settling
from engine.watch import Watch

log = logging.getLogger(__name__)

# After the grace, to send back what is left; where storage is away, the leases run out by themselves.
LAST_WORDS_S: Final = 5.0
# While one channel fills a lane: how often, and how far, to look past its jobs for those of others.
LOOK_PAST_EVERY_S: Final = 1.0
LOOK_PAST: Final = 8


class Worker:
    """`take` is one round of the loop, `leave` its end."""

    def __init__(
        self,
        queues: Sequence[TypedQueue[Job]],
        admission: Admission,
        settling: Settling,
        watch: Watch,
        patience: Patience,
        pace: Pace,
        lease_s: int,
    ) -> None:
        self._queues = queues
        self._admission = admission
        self._settling = settling
        self._watch = watch
        self._patience = patience
        self._pace = pace
        self._lease_s = lease_s
        self._jobs_per_message = 1.0
        self._looked_past_s = 0.0
        self._serving: set[asyncio.Task[None]] = set()

    async def take(self) -> None:
        """Look at each queue once, if there is room; wait if there was nothing."""
        found = False
        for queue in self._queues:
            if room := self._admission.room or self._room_for_others():
                found |= await self._take_from(queue, max(1, int(room / self._jobs_per_message)))
        if found:
            self._pace.busy()
        # After a find too: looking again at once would take the event loop from the answers that are just being sent.
        await self._pace.wait(SHORTEST_S if found else LONGEST_S)

    def close(self) -> None:
        """Take nothing more; what a call under way brings goes back."""
        self._admission.is_closed = True
        self._pace.ring()

    async def leave(self, grace_s: float) -> None:
        """Finish what ends within the grace, send the rest back."""
        self._watch.give_back(waiting_only=True)
        await self._served(grace_s)
        self._watch.give_back(waiting_only=False)
        await self._served(LAST_WORDS_S)
        for task in self._serving:
            task.cancel()

    def _room_for_others(self) -> int:
        """What finds no room after all goes back to the end of its queue."""
        now_s = time.monotonic()
        if not self._admission.is_hogged or now_s - self._looked_past_s < LOOK_PAST_EVERY_S:
            return 0
        self._looked_past_s = now_s
        return LOOK_PAST

    async def _take_from(self, queue: TypedQueue[Job], most: int) -> bool:
        leases = await self._patience.once(lambda: queue.receive(min(most, RECEIVE_LIMIT), self._lease_s))
        if not leases:
            return False
        # How many jobs a message holds shows only when it is taken; the last ones tell what to expect of the next.
        self._jobs_per_message = sum(len(lease.items) for lease in leases) / len(leases)
        for lease in leases:
            task = asyncio.create_task(self._serve(lease, self._settling.begin(queue, lease)))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        return True

    async def _serve(self, lease: Lease[Job], work: Coroutine[None, None, None]) -> None:
        try:
            await hold(lease, self._lease_s, self._patience, work)
        except* LeaseLostError:
            log.warning("lease lost, another engine has it: %s", _named(lease))
        except* Exception:
            # The lease runs out, and the attempt counts as failed.
            log.exception("left to its lease: %s", _named(lease))

    async def _served(self, timeout_s: float) -> None:
        if self._serving:
            await asyncio.wait(self._serving, timeout=timeout_s)


def _named(lease: Lease[Job]) -> str:
    return ", ".join(f"job {job.job_id} in {job.channel}" for job in lease.items)
