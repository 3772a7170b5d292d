"""A picture is taken in: written anew, noted in the book of pictures, and put up under the hash of its bytes."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from azure.storage.blob import ContentSettings

from contracts.message import Image
from contracts.names import UPLOADS_CONTAINER
from contracts.storage import Storage
from hub.errors import ForbiddenError, HubError, TooManyRequestsError
from hub.people import Person
from hub.pictures.book import PictureBook
from hub.rooms.access import Access
from hub.uploads.encoding import Form, encoded
from hub.uploads.room import RETRY_AFTER_S, Room

# One of fifty megapixels takes some 400 MB while it is turned and written, so one at a time; these may wait.
MOST_WAITING: Final = 8
# Of the largest size; of smaller ones that say how long they are, more.
BODIES_AT_ONCE: Final = 8
MIME_TYPES: Final[dict[Form, str]] = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class Uploads:
    """Takes pictures from people."""

    def __init__(self, storage: Storage, book: PictureBook, access: Access, most_bytes: int) -> None:
        """`most_bytes`: what one picture may have."""
        self.most_bytes: Final = most_bytes
        self.room: Final = Room(BODIES_AT_ONCE * most_bytes)
        self._container = storage.blobs.get_container_client(UPLOADS_CONTAINER)
        self._book = book
        self._access = access
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="uploads")
        self._waiting = 0

    async def check(self, person: Person) -> None:
        """Before anything is read. Raises ForbiddenError or TooManyRequestsError."""
        self._require_room()
        for card in await self._access.readable(person):
            try:
                await self._access.writer(person, card.name)
            except HubError:
                continue
            return
        raise ForbiddenError("There is no channel in which you may write.")

    async def take(self, data: bytes, person: Person) -> Image:
        """Store a picture; the same one twice is stored once. Raises HubError."""
        # Many were read at the same time, while nobody waited yet.
        self._require_room()
        self._waiting += 1
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._thread, encoded, data)
        finally:
            self._waiting -= 1
        name = _name(made.data, made.form)
        thumbnail = _name(made.thumbnail, "webp") if made.thumbnail is not None else None
        image = Image(name=name, width=made.width, height=made.height, thumbnail=thumbnail)
        await self._book.sent(image, person)
        await self._put(name, made.data, made.form)
        if thumbnail is not None and made.thumbnail is not None:
            await self._put(thumbnail, made.thumbnail, "webp")
        return image

    def _require_room(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise TooManyRequestsError("Too many pictures are being sent at this moment.", RETRY_AFTER_S)

    def end(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _put(self, name: str, data: bytes, form: Form) -> None:
        # Written over what stands there: who is about to remove the same picture then finds that it has changed.
        await self._container.upload_blob(
            name, data, overwrite=True, content_settings=ContentSettings(content_type=MIME_TYPES[form])
        )


def _name(data: bytes, form: Form) -> str:
    return f"{hashlib.sha256(data).hexdigest()}.{form}"
