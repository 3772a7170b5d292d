"""The channels: which there are, what their cards say, and who keeps them."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.calls import ChannelCard
from hub.clock import now_ms
from hub.errors import ConflictError, NameTakenError, UnknownChannelError
from hub.rooms.channel_rows import CHANNELS, Channel, channel_from, channel_row

# Two who change the same channel at once; each round one of them wins.
ATTEMPTS: Final = 10

# After the name of a deleted channel is all that is left of it, another hub may still be about to erase a page of its
# rows; whoever takes the name must not lose theirs.
FREE_AGAIN_MS: Final = 60_000

# What a hub does when a channel is new, changed or gone: before and after, as this hub knew it.
Watch = Callable[[Channel | None, Channel | None], Awaitable[None]]


async def watch_nothing(_before: Channel | None, _after: Channel | None) -> None:
    """For who only reads."""


class Channels:
    """All channels in memory, as of the last few seconds; names are found whatever their case."""

    def __init__(self, table: TableClient, watch: Watch) -> None:
        self._table = table
        self._watch = watch
        self._known: dict[str, Channel] = {}
        # What was asked of the table later is newer: no reading that began before a write takes its place.
        self._tickets = count(1)
        self._held: dict[str, int] = {}

    def all(self) -> tuple[ChannelCard, ...]:
        """The cards of all, whatever their visibility, by name: for the house itself. People ask `Access`."""
        return tuple(one.card for one in self.each())

    def each(self) -> tuple[Channel, ...]:
        """All that are not deleted, in the order of their names."""
        return tuple(one for _, one in sorted(self._known.items()) if one.deleted_at is None)

    def get(self, name: str) -> Channel:
        """Raises UnknownChannelError."""
        channel = self._known.get(name.lower())
        if channel is None or channel.deleted_at is not None:
            raise unknown(name)
        return channel

    def to_erase(self) -> tuple[Channel, ...]:
        """Those whose deletion has begun and is not done."""
        return tuple(one for one in self._known.values() if one.deleted_at is not None and one.erased_at is None)

    async def ensure(self, card: ChannelCard) -> None:
        """Make a channel of the house, unless there is one of that name or was: what was deleted does not come back."""
        if card.name.lower() not in self._known:
            channel = Channel(card.model_copy(update={"ownerless": True}))
            try:
                await self._table.create_entity(channel_row(channel))
            except ResourceExistsError:
                await self.reread(card.name)
                return
            await self._hold(channel.key, channel, next(self._tickets))

    async def create(self, channel: Channel) -> None:
        """Raises NameTakenError, whatever the case of the name, and also for one that the asker may not know of."""
        standing = await self._read(channel.key)
        if standing is not None and not _is_free(standing[0]):
            raise taken(channel)
        try:
            if standing is None:
                await self._table.create_entity(channel_row(channel))
            else:
                await self._replace(channel, standing[1])
        except (ResourceExistsError, ResourceModifiedError) as error:
            raise taken(channel) from error
        await self._hold(channel.key, channel, next(self._tickets))

    async def change(self, name: str, by: Callable[[Channel], Channel]) -> Channel:
        """Change a channel as the table has it. Raises what `by` raises, UnknownChannelError, or ConflictError."""
        for _ in range(ATTEMPTS):
            found = await self._read(name.lower())
            if found is None or found[0].deleted_at is not None:
                raise unknown(name)
            changed = by(found[0])
            try:
                await self._replace(changed, found[1])
            except (ResourceModifiedError, ResourceNotFoundError):
                continue
            await self._hold(changed.key, changed, next(self._tickets))
            return changed
        raise ConflictError("This channel is being changed by others; please try again.")

    async def shut_doors(self, name: str, doors: str) -> None:
        """Somebody lost access: say so where every hub reads it. By the mark `doors` a hub knows that it has heard."""
        entity = {"PartitionKey": CHANNELS, "RowKey": name.lower(), "doors": doors}
        with suppress(ResourceNotFoundError):
            await self._table.update_entity(entity, mode=UpdateMode.MERGE)

    def heard_doors(self, name: str, doors: str) -> None:
        """This hub knows who lost access, and need not look at everybody."""
        channel = self._known.get(name.lower())
        if channel is not None:
            self._known[channel.key] = replace(channel, doors=doors)
            self._held[channel.key] = next(self._tickets)

    async def is_being_erased(self, channel: Channel) -> bool:
        """Whether the table still has the deletion that a hub is about to go on with."""
        found = await self._read(channel.key)
        return found is not None and (found[0].deleted_at, found[0].erased_at) == (channel.deleted_at, None)

    async def erased(self, channel: Channel) -> None:
        """The last step of a deletion: the name alone stays, so that the house does not make the channel again."""
        found = await self._read(channel.key)
        if found is not None and (found[0].deleted_at, found[0].erased_at) == (channel.deleted_at, None):
            card = ChannelCard(name=channel.card.name)
            with suppress(ResourceModifiedError):
                await self._replace(Channel(card, deleted_at=channel.deleted_at, erased_at=now_ms()), found[1])
        await self.reread(channel.key)

    async def reread(self, name: str) -> None:
        """Another hub has changed one."""
        ticket = next(self._tickets)
        found = await self._read(name.lower())
        await self._hold(name.lower(), found[0] if found is not None else None, ticket)

    async def refresh(self) -> None:
        """Read all again; another hub may have changed any."""
        ticket = next(self._tickets)
        query = self._table.query_entities("PartitionKey eq @p", parameters={"p": CHANNELS})
        found = {channel.key: channel async for channel in (channel_from(entity) async for entity in query)}
        for key in {*self._known, *found}:
            await self._hold(key, found.get(key), ticket)

    async def _hold(self, key: str, channel: Channel | None, ticket: int) -> None:
        if self._held.get(key, 0) > ticket:
            return
        self._held[key] = ticket
        before = self._known.get(key)
        if channel is None:
            self._known.pop(key, None)
        else:
            self._known[key] = channel
        if channel != before:
            await self._watch(_alive(before), _alive(channel))

    async def _read(self, key: str) -> tuple[Channel, str] | None:
        try:
            entity = await self._table.get_entity(CHANNELS, key)
        except ResourceNotFoundError:
            return None
        return channel_from(entity), str(entity.metadata["etag"])

    async def _replace(self, channel: Channel, etag: str) -> None:
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        await self._table.update_entity(channel_row(channel), mode=UpdateMode.REPLACE, **condition)


def unknown(name: str) -> UnknownChannelError:
    """The same for a channel that is not there and for one that is none of the asker's business."""
    return UnknownChannelError(f"There is no channel called {name}.")


def taken(channel: Channel) -> NameTakenError:
    return NameTakenError(f"The name {channel.card.name} is taken.")


def _is_free(channel: Channel) -> bool:
    return channel.erased_at is not None and now_ms() > channel.erased_at + FREE_AGAIN_MS


def _alive(channel: Channel | None) -> Channel | None:
    return channel if channel is not None and channel.deleted_at is None else None


def somebody_lost_access(before: Channel, after: Channel | None) -> bool:
    """Whether a hub has to look who may stay in the room."""
    closed = after is not None and after.card.visibility == "invite" and before.card.visibility != "invite"
    return after is None or closed or before.doors != after.doors
