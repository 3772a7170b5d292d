"""Removes pictures that nothing refers to any more, in two steps with an hour between, each on what was seen unchanged.

Runs on each hub. Whoever refers to a picture replaces its row, so that the step which would remove it fails; whoever
sends it anew replaces its bytes, so that what is removed are only those that were seen.
"""

import asyncio
import logging
import random
from typing import Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

from contracts.names import IMAGES_CONTAINER, UPLOADS_CONTAINER
from contracts.storage import Storage, is_unavailable
from contracts.wire import PictureName
from hub.clock import now_ms
from hub.log.archive import Archive
from hub.pictures.book import SETTLED_MS, UNPOSTED_MS, PictureBook
from hub.pictures.rows import DUE, Entry, Shown, message_key

log = logging.getLogger(__name__)

EVERY_S: Final = 120.0
AT_ONCE: Final = 50
# Who saw the picture a moment ago may still post it.
GRACE_MS: Final = 3_600_000
# A hub that died while it deleted, or a way of deleting that knows nothing of pictures, is made good within this time.
ONCE_MORE_MS: Final = 7 * 86_400_000


class Clearing:
    """Looks at the pictures that are due."""

    def __init__(self, book: PictureBook, archive: Archive, storage: Storage) -> None:
        self._book = book
        self._archive = archive
        self._containers = [storage.blobs.get_container_client(name) for name in (IMAGES_CONTAINER, UPLOADS_CONTAINER)]

    async def run(self) -> None:
        """Clear for ever; nothing but cancellation ends it."""
        while True:
            # Hubs that started together need not do the same at the same time.
            await asyncio.sleep(random.uniform(0.5, 1.5) * EVERY_S)
            try:
                await self.clear(now_ms())
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("the pictures could not be cleared")

    async def clear(self, now: int) -> None:
        """Look at what is due by a time (ms since 1970)."""
        for key, name in await self._book.due(now, AT_ONCE):
            try:
                await self._look(name, now)
            except Exception as error:
                if is_unavailable(error):
                    raise
                log.exception("picture %s could not be looked at", name)
                await self._book.look_at(name, now + ONCE_MORE_MS)
            await self._book.remove(DUE, key)

    async def _look(self, name: PictureName, now: int) -> None:
        seen = await self._book.read(name)
        if await self._is_in_use(name, seen, now) or seen.kept is None:
            return
        if seen.kept.condemned_at is None:
            if await self._book.condemn(name, seen, now):
                await self._book.look_at(name, now + GRACE_MS)
        elif now - seen.kept.condemned_at >= GRACE_MS:
            await self._remove(name, seen)
        else:
            await self._book.look_at(name, seen.kept.condemned_at + GRACE_MS)

    async def _is_in_use(self, name: PictureName, seen: Entry, now: int) -> bool:
        """Whether any reference holds; those that do not are removed. What will have to be looked at again is noted."""
        is_used = False
        for sent in seen.sent:
            if sent.at + UNPOSTED_MS > now:
                is_used = True
                await self._book.look_at(name, sent.at + UNPOSTED_MS)
            else:
                await self._book.forgotten(name, sent.name)
        for shown in seen.shown:
            if shown.at + SETTLED_MS > now:
                is_used = True
                await self._book.look_at(name, shown.at + SETTLED_MS)
            elif await self._holds(name, shown):
                is_used = True
                await self._book.look_at(name, now + ONCE_MORE_MS)
            else:
                await self._book.remove(name, message_key(shown.channel, shown.comment_id))
        return is_used

    async def _holds(self, name: PictureName, shown: Shown) -> bool:
        stored = await self._archive.channel(shown.channel).stored(shown.comment_id)
        images = stored.message.images if stored is not None else ()
        return any(name in (image.name, image.thumbnail) for image in images)

    async def _remove(self, name: PictureName, seen: Entry) -> None:
        etags = [await self._etag(place, name) for place in range(len(self._containers))]
        struck = await self._book.strike(name, seen)
        if struck is None:
            return
        for container, etag in zip(self._containers, etags, strict=True):
            if etag is None:
                continue
            try:
                await container.delete_blob(name, etag=etag, match_condition=MatchConditions.IfNotModified)
            except (ResourceNotFoundError, ResourceModifiedError):
                continue
            log.info("picture %s is removed", name)
        await self._book.erase(name, struck)

    async def _etag(self, place: int, name: PictureName) -> str | None:
        try:
            return str((await self._containers[place].get_blob_client(name).get_blob_properties()).etag)
        except ResourceNotFoundError:
            return None
