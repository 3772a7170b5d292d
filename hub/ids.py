"""Comment ids: they rise with time, are unique over all hubs, and are exact in JavaScript.

41 bits of milliseconds since 2024, 6 bits of hub number, 6 bits of sequence: 53 in all, good until 2093. A hub owns its
number by a blob lease, which the service itself ends when a hub dies.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob.aio import BlobLeaseClient

from contracts.names import HUBS_CONTAINER
from contracts.storage import Storage
from hub.clock import now_ms
from hub.errors import StorageUnavailableError

log = logging.getLogger(__name__)

EPOCH_MS = 1_704_067_200_000  # 2024-01-01
HUBS = 64
PER_MILLISECOND = 64
# The service's longest finite lease; renewed three times within it, so that one lost call costs nothing.
LEASE_S = 60
RENEW_EVERY_S = 15


# The clocks of two hubs differ by less.
CLOCKS_DIFFER_MS = 60_000


def earlier(comment_id: int, by_ms: int) -> int:
    """An id as it was given that long before."""
    return max(comment_id - by_ms * HUBS * PER_MILLISECOND, 0)


def highest(at_ms: int) -> int:
    """No id that was given by then is higher."""
    return (at_ms - EPOCH_MS + 1) * HUBS * PER_MILLISECOND - 1


class CommentIds:
    """The source of this hub's ids."""

    def __init__(self) -> None:
        self._number = 0
        self._last = (0, 0)
        self._valid_until = 0.0

    def own(self, number: int, since: float) -> None:
        """The lease on `number` was granted or renewed by a call that began at `since` (monotonic seconds)."""
        self._number = number
        self._valid_until = since + LEASE_S

    def next(self) -> int:
        """A new id. Raises StorageUnavailableError when the lease may have ended: another hub could own the number."""
        if time.monotonic() > self._valid_until:
            raise StorageUnavailableError("The hub cannot reach its storage; please try again in a moment.")
        at = max(now_ms() - EPOCH_MS, self._last[0])
        sequence = self._last[1] + 1 if at == self._last[0] else 0
        if sequence == PER_MILLISECOND:
            at, sequence = at + 1, 0
        self._last = (at, sequence)
        return (at << 12) | (self._number << 6) | sequence


@asynccontextmanager
async def comment_ids(storage: Storage) -> AsyncIterator[CommentIds]:
    """Ids for as long as the hub runs; the number is given back at the end."""
    ids = CommentIds()
    lease = await _take(storage, ids)
    keeper = asyncio.create_task(_keep(storage, ids, lease))
    try:
        yield ids
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper


async def _take(storage: Storage, ids: CommentIds) -> BlobLeaseClient:
    container = storage.blobs.get_container_client(HUBS_CONTAINER)
    for number in range(HUBS):
        since = time.monotonic()
        blob = container.get_blob_client(f"{number:02d}")
        with suppress(ResourceExistsError, HttpResponseError):
            await blob.upload_blob(b"", overwrite=False)
        try:
            lease: BlobLeaseClient = await blob.acquire_lease(lease_duration=LEASE_S)
        except ResourceExistsError:
            continue
        ids.own(number, since)
        log.info("this hub is number %d", number)
        return lease
    raise RuntimeError(f"all {HUBS} hub numbers are taken")


async def _keep(storage: Storage, ids: CommentIds, lease: BlobLeaseClient) -> None:
    number = ids.next() >> 6 & (HUBS - 1)
    try:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            since = time.monotonic()
            try:
                await lease.renew()
                ids.own(number, since)
            except HttpResponseError as error:
                if error.status_code not in (404, 409, 412):
                    log.warning("the hub number could not be renewed: %s", error.status_code)
                    continue
                log.warning("hub number %d is lost; taking another", number)
                lease = await _take(storage, ids)
                number = ids.next() >> 6 & (HUBS - 1)
            except Exception:  # noqa: BLE001  the loop must live; ids refuse by themselves when the lease is too old
                log.warning("the hub number could not be renewed: storage is away")
    finally:
        with suppress(Exception):
            await lease.release()
