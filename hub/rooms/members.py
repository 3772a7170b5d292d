"""The people of channels: who is a member, muted or banned, and where a person has been."""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from hub.errors import ConflictError
from hub.log.channel_log import RANGE
from hub.log.rows import row
from hub.log.tables import from_chunks, one_page
from hub.people import DELETED
from hub.rooms.channel_rows import Mark, Member, marks_of, members_of

# What another hub wrote is known here after this time at the latest, also when its news was lost.
KNOWN_FOR_S: Final = 3.0
MOST_KNOWN: Final = 50_000
ATTEMPTS: Final = 10
# Something changed while a row was read: it may be this one, and is read again.
READS: Final = 3
# After every name: the characters of names end before it.
END_OF_NAMES: Final = "~"
# One row less than a query gives, which shows whether there are more.
MOST_AT_ONCE: Final = 999


class Members:
    """Rows of the partitions `member!` and `person!`; single ones are remembered for a moment."""

    def __init__(self, table: TableClient) -> None:
        self._table = table
        self._known: OrderedDict[tuple[str, str], tuple[float, Member | None]] = OrderedDict()
        self._forgotten = 0

    async def find(self, channel: str, name: str) -> Member | None:
        """What a channel knows of a person; also that it knows nothing is remembered."""
        key = (channel.lower(), name.lower())
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found: Member | None = None
        for _ in range(READS):
            forgotten = self._forgotten
            found, _ = await self._read(*key)
            if forgotten == self._forgotten:
                self._remember(key, found)
                break
        return found

    async def change(self, channel: str, name: str, by: Callable[[Member | None], Member]) -> Member:
        """Change what a channel knows of a person. Raises what `by` raises, or ConflictError."""
        await self.mark(name, channel, lambda mark: mark)
        for _ in range(ATTEMPTS):
            before, etag = await self._read(channel.lower(), name.lower())
            after = by(before)
            try:
                await self._write(members_of(channel), name.lower(), after if after.says_something else None, etag)
            except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
                continue
            finally:
                self.forget(channel, name)
            return after
        raise ConflictError("This is being changed by others; please try again.")

    async def mark(self, name: str, channel: str, by: Callable[[Mark], Mark]) -> Mark:
        """Change a person's mark in a channel, or make it. Raises ConflictError."""
        for _ in range(ATTEMPTS):
            before, etag = await self._read_mark(name, channel)
            after = by(before or Mark(channel=channel))
            if after == before:
                return after
            try:
                await self._write(marks_of(name), channel.lower(), after, etag)
            except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
                continue
            return after
        raise ConflictError("This is being changed from elsewhere; please try again.")

    async def marks(self, name: str) -> list[Mark]:
        """All channels that a person has, or had, to do with."""
        query = self._table.query_entities("PartitionKey eq @p", parameters={"p": marks_of(name)})
        return [Mark.from_json(from_chunks(entity)) async for entity in query]

    async def page(self, channel: str, after: str | None, limit: int) -> tuple[list[Member], bool]:
        """People in the order of their names, and whether there are more."""
        low = f"{after.lower()} " if after is not None else "0"
        parameters = {"channel": members_of(channel), "low": low, "high": END_OF_NAMES}
        rows = await one_page(self._table, RANGE, parameters, limit + 1)
        return [Member.from_json(from_chunks(entity)) for entity in rows[:limit]], len(rows) > limit

    async def members(self, channel: str, after: str | None, limit: int) -> tuple[list[Member], bool]:
        """As `page`, of members alone: who is muted or banned and no member is passed over, also as the last of it."""
        found, has_more = await self.page(channel, after, limit)
        members = [one for one in found if one.joined_at is not None]
        while has_more and len(members) <= limit:
            found, has_more = await self.page(channel, found[-1].name, MOST_AT_ONCE)
            members += [one for one in found if one.joined_at is not None]
        return members[:limit], len(members) > limit

    async def unname(self, channel: str, name: str) -> None:
        """Let the bans that somebody set stand without the name. Raises ConflictError."""
        query = self._table.query_entities("PartitionKey eq @p", parameters={"p": members_of(channel)})
        banned = [Member.from_json(from_chunks(entity)) async for entity in query]
        for one in banned:
            if one.banned_by == name:
                await self.change(channel, one.name, partial(_unnamed, one.name, by=name))

    async def unmark(self, name: str, channel: str) -> None:
        """A person has nothing more to do with a channel."""
        await self._table.delete_entity(marks_of(name), channel.lower())

    def forget(self, channel: str, name: str) -> None:
        """What is remembered of a person may be wrong, also what is being read at this moment."""
        self._forgotten += 1
        self._known.pop((channel.lower(), name.lower()), None)

    def forget_all(self) -> None:
        """As `forget`, of everybody."""
        self._forgotten += 1
        self._known.clear()

    def _remember(self, key: tuple[str, str], member: Member | None) -> None:
        self._known[key] = (time.monotonic() + KNOWN_FOR_S, member)
        self._known.move_to_end(key)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    async def _read(self, channel: str, name: str) -> tuple[Member | None, str | None]:
        entity = await self._entity(members_of(channel), name)
        return (Member.from_json(from_chunks(entity)), entity.metadata["etag"]) if entity is not None else (None, None)

    async def _read_mark(self, name: str, channel: str) -> tuple[Mark | None, str | None]:
        entity = await self._entity(marks_of(name), channel.lower())
        return (Mark.from_json(from_chunks(entity)), entity.metadata["etag"]) if entity is not None else (None, None)

    async def _entity(self, partition: str, key: str) -> Any:
        try:
            return await self._table.get_entity(partition, key)
        except ResourceNotFoundError:
            return None

    async def _write(self, partition: str, key: str, value: Member | Mark | None, etag: str | None) -> None:
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        if value is None:
            if etag is not None:
                await self._table.delete_entity(partition, key, **condition)
        elif etag is None:
            await self._table.create_entity(row(partition, key, value))
        else:
            await self._table.update_entity(row(partition, key, value), mode=UpdateMode.REPLACE, **condition)


def _unnamed(name: str, before: Member | None, *, by: str) -> Member:
    """Somebody may have taken the ban back meanwhile."""
    standing = before or Member(name=name)
    return standing.model_copy(update={"banned_by": DELETED}) if standing.banned_by == by else standing
