"""Votes: one row a person and message; the counts in the message are counted from the rows."""

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.calls import Vote, Voted
from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.log.channel_log import RANGE, ChannelLog
from hub.log.draft import Draft
from hub.log.rows import AFTER_BANG, Stored
from hub.people import Person


class Votes:
    """The table of votes: the partition is the channel, the key is the message and the person."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    async def cast(self, channel_log: ChannelLog, vote: Vote, person: Person) -> Voted:
        """Cast, change or take back a vote. Raises HubError.

        The row is written before the votes are counted, and the count is committed on the head that was read before
        it: whoever commits last has counted everybody's row.
        """
        if person.is_guest:
            raise ForbiddenError("Guests cannot vote: a name that passes to others has no vote of its own.")
        await channel_log.commit(lambda draft: _votable(draft, vote.comment_id, person))
        await self._write(channel_log.channel, vote, person)
        return await channel_log.commit(lambda draft: self._recount(draft, vote.comment_id, person))

    async def _write(self, channel: str, vote: Vote, person: Person) -> None:
        key = f"{vote.comment_id:016d}!{person.name.lower()}"
        if vote.value:
            entity = {"PartitionKey": channel, "RowKey": key, "value": vote.value}
            await self._table.upsert_entity(entity, mode=UpdateMode.REPLACE)
            return
        try:
            await self._table.delete_entity(channel, key)
        except ResourceNotFoundError:
            return

    async def _recount(self, draft: Draft, comment_id: int, person: Person) -> Voted:
        before = await _votable(draft, comment_id, person)
        message = before.message
        up, down = await self._count(message.channel, comment_id)
        if (up, down) != (message.up, message.down):
            changed = message.model_copy(update={"up": up, "down": down})
            draft.put(before.model_copy(update={"message": changed}), before)
        return Voted(up=up, down=down)

    async def _count(self, channel: str, comment_id: int) -> tuple[int, int]:
        low, high = f"{comment_id:016d}!", f"{comment_id:016d}{AFTER_BANG}"
        rows = self._table.query_entities(
            RANGE, parameters={"channel": channel, "low": low, "high": high}, select=["value"]
        )
        values = [row["value"] async for row in rows]
        return values.count(1), values.count(-1)


async def _votable(draft: Draft, comment_id: int, person: Person) -> Stored:
    found = await draft.stored(comment_id)
    if found is None:
        raise NotFoundError("There is no such message in this channel.")
    if found.message.deleted_at is not None:
        raise ConflictError("This message was deleted.")
    if found.message.is_thinking:
        raise ConflictError("This answer is still being made.")
    if not found.message.is_bot and found.message.sender == person.name:
        raise ForbiddenError("Nobody votes on a message of their own.")
    return found
