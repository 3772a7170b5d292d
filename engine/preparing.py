"""Before the engine takes anything: its queues and containers are there, or it waits for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from azure.core.exceptions import HttpResponseError, ResourceExistsError

from contracts.names import CANCELS_CONTAINER, IMAGES_CONTAINER
from contracts.storage import Storage
from engine.patience import Patience

log = logging.getLogger(__name__)

FORBIDDEN: Final = 403
Make = Callable[[], Awaitable[object]]


async def prepared(queues: Sequence[Make], storage: Storage, patience: Patience, stop: asyncio.Event) -> bool:
    """Makes what is missing, however long storage is away; False when `stop` came first."""
    containers = [storage.blobs.get_container_client(name) for name in (IMAGES_CONTAINER, CANCELS_CONTAINER)]
    making = asyncio.create_task(_made([*queues, *(container.create_container for container in containers)], patience))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({making, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not making.done():
        making.cancel()
        return False
    await making
    return True


async def _made(calls: Sequence[Make], patience: Patience) -> None:
    for call in calls:
        await patience.until_done(partial(_make, call))


async def _make(call: Make) -> None:
    try:
        await call()
    except ResourceExistsError:
        return
    except HttpResponseError as error:
        # In Azure the deployment makes them, and the engine's role may only use them.
        if error.status_code != FORBIDDEN:
            raise
        log.info("this identity may not make queues and containers: they are taken to be there")
