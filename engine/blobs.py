"""Blobs of the engine: pictures that it puts up, and the markers of answers that nobody wants any more."""

import hashlib
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings

from contracts.names import CANCELS_CONTAINER, IMAGES_CONTAINER
from contracts.storage import Storage

# A marker that came too late for its job stays behind; no job is that old and still worked on.
FORGOTTEN_AFTER = timedelta(days=1)


class Pictures:
    """The container of pictures, each named by the hash of its bytes."""

    def __init__(self, storage: Storage) -> None:
        self._container = storage.blobs.get_container_client(IMAGES_CONTAINER)

    async def put(self, png: bytes) -> str:
        """Returns the name when the picture is durable; the same bytes twice are one blob."""
        name = f"{hashlib.sha256(png).hexdigest()}.png"
        try:
            await self._container.upload_blob(name, png, content_settings=ContentSettings(content_type="image/png"))
        except ResourceExistsError:
            return name
        return name


class Markers:
    """Empty blobs named by job, which the hub writes when somebody wants no answer any more."""

    def __init__(self, storage: Storage) -> None:
        self._container = storage.blobs.get_container_client(CANCELS_CONTAINER)

    async def look(self) -> frozenset[str]:
        """All jobs that are to be stopped, of this engine and of others; one call, however many jobs run."""
        wanted = set()
        async for blob in self._container.list_blobs():
            if datetime.now(UTC) - blob.last_modified > FORGOTTEN_AFTER:
                await self.drop(blob.name)
            else:
                wanted.add(blob.name)
        return frozenset(wanted)

    async def drop(self, job_id: str) -> None:
        """The job has ended, so nobody looks for its marker again."""
        try:
            await self._container.delete_blob(job_id)
        except ResourceNotFoundError:
            return
