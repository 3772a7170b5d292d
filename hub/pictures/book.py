"""The book of pictures: what refers to each. A reference is written before what it stands for, and removed after it.

A reference that is left over harms nobody: whoever looks at the picture later finds that it holds no longer.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.message import Image
from contracts.names import IMAGES_CONTAINER, UPLOADS_CONTAINER
from contracts.wire import PictureName
from hub.clock import now_ms
from hub.errors import NotFoundError, StorageUnavailableError
from hub.log.rows import Row, row
from hub.log.tables import from_chunks, one_page
from hub.people import Person
from hub.pictures.rows import (
    FILE_KEY,
    Entry,
    Kept,
    Sent,
    Shown,
    due_row,
    entry,
    message_key,
    sent_row,
    shown_row,
    upload_key,
)

# Whoever sent a picture and did not post it by then has forgotten it.
UNPOSTED_MS: Final = 86_400_000
# A message that is being written is written by then.
SETTLED_MS: Final = 600_000
# Rounds of a race for one row, each of which somebody wins.
ATTEMPTS: Final = 8
# What is shown, hidden or deleted by another hub is known here by then.
KNOWN_FOR_S: Final = 10.0
MOST_KNOWN: Final = 10_000
# References that are read of one picture; that there are more changes nothing.
MOST_REFERENCES: Final = 1_000
# What the service answers to a write that expects another row than the one that stands.
CHANGED: Final = frozenset({404, 409, 412})
NO_PICTURE: Final = "There is no such picture."


class PictureBook:
    """The table of pictures."""

    def __init__(self, table: TableClient) -> None:
        self._table = table
        self._known: OrderedDict[PictureName, tuple[float, Entry]] = OrderedDict()

    def known(self, name: PictureName) -> Entry | None:
        """What the table said of a picture a moment ago, if it was asked."""
        read_until, seen = self._known.get(name, (0.0, None))
        return seen if read_until > time.monotonic() else None

    async def read(self, name: PictureName) -> Entry:
        """What the table says of a picture."""
        seen = entry(await one_page(self._table, "PartitionKey eq @name", {"name": name}, MOST_REFERENCES))
        # What is not in the book yet may be in the next moment, and not for everybody.
        if seen.kept is not None:
            self._known[name] = (time.monotonic() + KNOWN_FOR_S, seen)
            self._known.move_to_end(name)
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return seen

    async def sent(self, image: Image, person: Person) -> None:
        """Somebody sends a picture. Its bytes are put up after this: nothing lies there that nobody knows of."""
        at = now_ms()
        await self._look_later([image], at + UNPOSTED_MS)
        sent = Sent(name=person.name, at=at)
        for name, kept in _files(image, UPLOADS_CONTAINER):
            await self._refer(name, sent_row(name, sent), kept)

    async def painted(self, images: Sequence[Image], channel: str, comment_id: int) -> None:
        """A bot's answer is about to show pictures."""
        shown = Shown(channel=channel, comment_id=comment_id, at=now_ms())
        await self._look_later(images, shown.at + UNPOSTED_MS)
        for image in images:
            for name, kept in _files(image, IMAGES_CONTAINER):
                await self._refer(name, shown_row(name, shown), kept)

    async def posted(self, images: Sequence[Image], channel: str, comment_id: int) -> None:
        """A person's message is about to show pictures. Raises NotFoundError for one that went meanwhile."""
        shown = Shown(channel=channel, comment_id=comment_id, at=now_ms())
        await self._look_later(images, shown.at + UNPOSTED_MS)
        for image in images:
            for name, _ in _files(image, UPLOADS_CONTAINER):
                await self._refer(name, shown_row(name, shown), None)

    async def withdrawn(self, images: Sequence[Image], channel: str, comment_id: int) -> None:
        """A message shows these pictures no longer."""
        await self.doubt(images)
        names = [name for image in images for name, _ in _files(image, UPLOADS_CONTAINER)]
        await asyncio.gather(*(self.remove(name, message_key(channel, comment_id)) for name in names))

    async def forgotten(self, name: PictureName, person: str) -> None:
        """Whoever sent a picture has no more claim to it."""
        await self.remove(name, upload_key(person))

    async def sent_by(self, person: str, since: int) -> AsyncIterator[PictureName]:
        """What somebody has sent since (ms since 1970) and may still post; the whole table is gone through."""
        async for entity in self._table.query_entities("RowKey eq @key", parameters={"key": upload_key(person)}):
            sent = Sent.from_json(from_chunks(entity))
            if sent.name == person and sent.at >= since:
                yield str(entity["PartitionKey"])

    async def doubt(self, images: Sequence[Image]) -> None:
        """Have somebody look soon whether anything refers to these pictures. For before what makes it doubtful."""
        await self._look_later(images, now_ms() + SETTLED_MS)

    async def due(self, at: int, most: int) -> list[tuple[str, PictureName]]:
        """Keys and names of what is to be looked at by then."""
        query, known = "PartitionKey eq 'due' and RowKey lt @end", {"end": f"{at:016d}!"}
        keys = [str(entity["RowKey"]) for entity in await one_page(self._table, query, known, most)]
        return [(key, key.partition("!")[2]) for key in keys]

    async def look_at(self, name: PictureName, at: int) -> None:
        await self._table.upsert_entity(due_row(at, name))

    async def condemn(self, name: PictureName, seen: Entry, at: int) -> bool:
        """Say that nothing refers to a picture; False when somebody referred to it meanwhile."""
        if seen.kept is None:
            return False
        condemned = row(name, FILE_KEY, seen.kept.model_copy(update={"condemned_at": at}))
        return await self._unless_changed(
            self._table.update_entity(condemned, mode=UpdateMode.REPLACE, **_as_seen(seen.etag))
        )

    async def strike(self, name: PictureName, seen: Entry) -> str | None:
        """Have nobody refer to a picture any more who does not send it anew; None when somebody did so meanwhile.

        Otherwise a mark, with which to `erase` it when its bytes are gone.
        """
        if seen.kept is None:
            return None
        struck = row(name, FILE_KEY, seen.kept.model_copy(update={"is_struck": True}))
        try:
            written = await self._table.update_entity(struck, mode=UpdateMode.REPLACE, **_as_seen(seen.etag))
        except HttpResponseError as error:
            if error.status_code in CHANGED:
                return None
            raise
        return str(written["etag"])

    async def erase(self, name: PictureName, struck: str) -> bool:
        """Take a picture out of the book; False when somebody sent it anew meanwhile."""
        entity = {"PartitionKey": name, "RowKey": FILE_KEY}
        return await self._unless_changed(self._table.delete_entity(entity, **_as_seen(struck)))

    async def remove(self, partition: str, key: str) -> None:
        with suppress(ResourceNotFoundError):
            await self._table.delete_entity(partition, key)
        self._known.pop(partition, None)

    async def _look_later(self, images: Iterable[Image], at: int) -> None:
        names = [name for image in images for name, _ in _files(image, UPLOADS_CONTAINER)]
        await asyncio.gather(*(self.look_at(name, at) for name in names))

    async def _refer(self, name: PictureName, reference: Row, new: Kept | None) -> None:
        """Write a reference, and in the same transaction the picture's row: whoever is about to remove it fails then.

        `new` is written where there is no such picture; None: raises NotFoundError.
        """
        for _ in range(ATTEMPTS):
            seen = entry(await one_page(self._table, _ONE, {"name": name, "key": FILE_KEY}, 1))
            kept = seen.kept if seen.kept is not None and not seen.kept.is_struck else new
            if kept is None:
                raise NotFoundError(NO_PICTURE)
            entity = row(name, FILE_KEY, kept.model_copy(update={"condemned_at": None}))
            first: Any = ("create", entity)
            if seen.kept is not None:
                first = ("update", entity, {"mode": UpdateMode.REPLACE, **_as_seen(seen.etag)})
            second = ("upsert", reference, {"mode": UpdateMode.REPLACE})
            if await self._unless_changed(self._table.submit_transaction([first, second])):
                self._known.pop(name, None)
                return
        raise StorageUnavailableError("Too many are using this picture at this moment; please try again.")

    async def _unless_changed(self, writing: Any) -> bool:
        try:
            await writing
        except HttpResponseError as error:
            if error.status_code in CHANGED:
                return False
            raise
        return True


_ONE: Final = "PartitionKey eq @name and RowKey eq @key"


def _as_seen(etag: str) -> dict[str, Any]:
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


def _files(image: Image, container: str) -> list[tuple[PictureName, Kept]]:
    """The names of a picture and of its thumbnail: each is a file by itself, and both are referred to."""
    names = [image.name] + ([image.thumbnail] if image.thumbnail is not None else [])
    return [(name, Kept(container=container, image=image)) for name in names]
