"""Keeping a queue message while its jobs are worked on, and deleting it when they are settled."""

import asyncio
from collections.abc import Coroutine

from contracts.jobs import Job
from contracts.queues import Lease
from engine.patience import Patience


async def hold(lease: Lease[Job], lease_s: int, patience: Patience, work: Coroutine[None, None, None]) -> None:
    """Renew the lease at each third of its time until `work` is done, then delete the message.

    `work` is cancelled when another reader gets the message. Raises a group: LeaseLostError, or what `work` raised.
    """
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        renewing = group.create_task(_renew(lease, lease_s, patience, done))
        await work
        # Told, not cancelled: a renewal cut off half way would leave us without the receipt that the deletion needs.
        done.set()
        await renewing
        await patience.until_done(lease.delete)


async def _renew(lease: Lease[Job], lease_s: int, patience: Patience, done: asyncio.Event) -> None:
    while not done.is_set():
        try:
            async with asyncio.timeout(lease_s / 3):
                await done.wait()
        except TimeoutError:
            await patience.until_done(lambda: lease.renew(lease_s))
