"""Blobs of the engine: pictures that it puts up and fetches, and the markers of answers that nobody wants any more."""

import asyncio
import hashlib
import time
from collections.abc import Collection
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import ContainerClient

from contracts.names import CANCELS_CONTAINER, IMAGES_CONTAINER, UPLOADS_CONTAINER
from contracts.storage import Storage
from contracts.wire import PictureName
from engine.failures import PictureGoneError

# A picture of 20 megapixels from a good camera; the largest that a bot paints is smaller.
LARGEST_PICTURE_BYTES: Final = 20 * 1024 * 1024
# A marker that came too late for its job stays behind; no job is that old and still worked on.
FORGOTTEN_AFTER: Final = timedelta(days=1)
# A list of all markers costs twelve times as much as looking for one.
READS_FOR_A_LIST: Final = 12
# What was forgotten shows in a list alone.
LIST_EVERY_S: Final = 3600


class Pictures:
    """The container of pictures, each named by the hash of its bytes."""

    def __init__(self, storage: Storage) -> None:
        self._container = storage.blobs.get_container_client(IMAGES_CONTAINER)

    async def put(self, data: bytes, form: Literal["png", "webp"]) -> PictureName:
        """Returns the name when the picture is durable; the same bytes twice are one blob."""
        name = f"{hashlib.sha256(data).hexdigest()}.{form}"
        try:
            await self._container.upload_blob(
                name, data, content_settings=ContentSettings(content_type=f"image/{form}")
            )
        except ResourceExistsError:
            return name
        return name


class Gallery:
    """Pictures for the models: what bots painted, and what people sent. Made on the event loop that reads."""

    def __init__(self, storage: Storage) -> None:
        self._loop = asyncio.get_running_loop()
        self._containers = [storage.blobs.get_container_client(name) for name in (IMAGES_CONTAINER, UPLOADS_CONTAINER)]

    def fetch(self, name: PictureName) -> Future[bytes]:
        """From any thread. The future raises PictureGoneError, and AzureError where storage is away."""
        return asyncio.run_coroutine_threadsafe(self._read(name), self._loop)

    async def _read(self, name: PictureName) -> bytes:
        for container in self._containers:
            data = await _first_bytes(container, name, LARGEST_PICTURE_BYTES + 1)
            if data is None:
                continue
            if len(data) > LARGEST_PICTURE_BYTES:
                raise PictureGoneError(f"{name} is larger than {LARGEST_PICTURE_BYTES} bytes")
            if hashlib.sha256(data).hexdigest() != name.partition(".")[0]:
                raise PictureGoneError(f"{name} holds something else")
            return data
        raise PictureGoneError(f"there is no {name}")


class Markers:
    """Empty blobs named by job, which the hub writes when somebody wants no answer any more."""

    def __init__(self, storage: Storage) -> None:
        self._container = storage.blobs.get_container_client(CANCELS_CONTAINER)
        self._list_due_s = 0.0

    async def look(self, job_ids: Collection[str]) -> frozenset[str]:
        """Those of the jobs that are to be stopped; one call for each, or one for all where that costs less."""
        if len(job_ids) > READS_FOR_A_LIST or time.monotonic() >= self._list_due_s:
            return (await self._listed()).intersection(job_ids)
        return frozenset([wanted for wanted in await asyncio.gather(*map(self._found, job_ids)) if wanted])

    async def drop(self, job_id: str) -> None:
        """The job has ended, so nobody looks for its marker again."""
        try:
            await self._container.delete_blob(job_id)
        except ResourceNotFoundError:
            return

    async def _found(self, job_id: str) -> str | None:
        return job_id if await self._container.get_blob_client(job_id).exists() else None

    async def _listed(self) -> frozenset[str]:
        """Of this engine and of others; what was forgotten is cleared away."""
        wanted = set()
        async for blob in self._container.list_blobs():
            if datetime.now(UTC) - blob.last_modified > FORGOTTEN_AFTER:
                await self.drop(blob.name)
            else:
                wanted.add(blob.name)
        self._list_due_s = time.monotonic() + LIST_EVERY_S
        return frozenset(wanted)


async def _first_bytes(container: ContainerClient, name: str, most: int) -> bytes | None:
    try:
        return await (await container.download_blob(name, offset=0, length=most)).readall()
    except ResourceNotFoundError:
        return None
