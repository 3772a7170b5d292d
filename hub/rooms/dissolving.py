"""What is left of a deleted channel goes: messages, votes, people, invitations, reports. Goes on after a crash."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from azure.core.exceptions import HttpResponseError
from azure.data.tables.aio import TableClient

from contracts.storage import Storage, is_unavailable
from hub.clock import now_ms
from hub.errors import StorageUnavailableError
from hub.log.archive import Archive
from hub.log.tables import Tables
from hub.pictures.book import PictureBook
from hub.rooms.channel_rows import Channel, invitations_to, members_of, reports_on
from hub.rooms.channels import Channels
from hub.rooms.members import Members
from hub.talk.stopping import call_off

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
# Another hub may write for some seconds until it has read that the channel is gone; the last look comes after that.
SETTLED_AFTER_MS: Final = 60_000
# What one transaction takes.
ROWS_AT_ONCE: Final = 100


class Dissolution:
    """One loop a hub. Several may erase the same channel: to delete what is gone is no error."""

    def __init__(
        self,
        storage: Storage,
        tables: Tables,
        channels: Channels,
        members: Members,
        archive: Archive,
        pictures: PictureBook,
    ) -> None:
        self._storage = storage
        self._pictures = pictures
        self._tables = tables
        self._channels = channels
        self._members = members
        self._archive = archive
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A channel was deleted just now."""
        self._wake.set()

    async def run(self) -> None:
        """Erase for ever; nothing but cancellation ends it."""
        while True:
            self._wake.clear()
            for channel in self._channels.to_erase():
                try:
                    await self.erase(channel)
                except Exception as error:
                    if not (is_unavailable(error) or isinstance(error, StorageUnavailableError)):
                        log.exception("channel %s could not be erased yet", channel.card.name)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_S)

    async def erase(self, channel: Channel) -> None:
        """Erase what is there now; the name goes, too, once no hub can have written since."""
        name = channel.card.name
        for opened, _ in await self._archive.channel(name).open_jobs():
            await call_off(self._storage, opened.job_id)
        await self._withdraw_pictures(name)
        await self._empty(channel, self._tables.messages, name)
        await self._empty(channel, self._tables.votes, name)
        await self._unmark_members(channel)
        for partition in (members_of(name), invitations_to(name), reports_on(name)):
            await self._empty(channel, self._tables.channels, partition)
        if channel.deleted_at is not None and now_ms() - channel.deleted_at > SETTLED_AFTER_MS:
            self._archive.drop(name)
            await self._channels.erased(channel)
            log.info("channel %s is erased", name)

    async def _withdraw_pictures(self, channel: str) -> None:
        """While the messages still say which."""
        async for stored in self._archive.channel(channel).newer_than(0):
            if stored.message.images:
                await self._pictures.withdrawn(stored.message.images, channel, stored.message.comment_id)

    async def _unmark_members(self, channel: Channel) -> None:
        """While their rows still say who they are."""
        async for keys in self._pages(channel, self._tables.channels, members_of(channel.key)):
            for key in keys:
                await self._members.unmark(key, channel.key)

    async def _empty(self, channel: Channel, table: TableClient, partition: str) -> None:
        async for keys in self._pages(channel, table, partition):
            deletes = [("delete", {"PartitionKey": partition, "RowKey": key}) for key in keys]
            try:
                await table.submit_transaction(deletes)
            except HttpResponseError as error:
                # Another hub erases the same rows: one that is gone makes the whole transaction fail.
                if error.status_code != 404:
                    raise
                await asyncio.gather(*(table.delete_entity(partition, key) for key in keys))

    async def _pages(self, channel: Channel, table: TableClient, partition: str) -> AsyncIterator[list[str]]:
        """The row keys of a partition, as many at a time as one transaction takes.

        None after another hub was done first: the name may be a new channel's soon.
        """
        rows = table.query_entities(
            "PartitionKey eq @p", parameters={"p": partition}, select=["RowKey"], results_per_page=ROWS_AT_ONCE
        )
        async for page in rows.by_page():
            keys = [str(row["RowKey"]) async for row in page]
            if not await self._channels.is_being_erased(channel):
                return
            if keys:
                yield keys
