"""What hubs have agreed on about a channel's chatter: one row, and whoever replaces it under its ETag acts."""

from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.wire import CommentId, Milliseconds, PersonName, Revision, Wire
from hub.log.rows import row
from hub.log.tables import from_chunks

PARTITION: Final = "chatter"
HOUR_MS: Final = 3_600_000


class Planned(Wire):
    """A bot is going to answer a message."""

    comment_id: CommentId
    bot: PersonName
    due_at: Milliseconds


class Talk(Wire):
    """Up to which revision of the channel the messages have been considered, and what came of them."""

    revision: Revision
    planned: tuple[Planned, ...] = ()
    spoken_at: tuple[Milliseconds, ...] = ()
    next_post_at: Milliseconds

    def spoken_within_hour(self, now_ms: int) -> tuple[int, ...]:
        return tuple(at for at in self.spoken_at if at > now_ms - HOUR_MS)


class TalkRows:
    """Beside the channels' cards."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    async def read(self, channel: str) -> tuple[Talk | None, str | None]:
        """With the ETag under which it was read."""
        try:
            entity = await self._table.get_entity(PARTITION, channel.lower())
        except ResourceNotFoundError:
            return None, None
        return Talk.from_json(from_chunks(entity)), entity.metadata["etag"]

    async def replace(self, channel: str, talk: Talk, etag: str | None) -> bool:
        """False when another hub was quicker."""
        entity = row(PARTITION, channel.lower(), talk)
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        try:
            if etag is None:
                await self._table.create_entity(entity)
            else:
                await self._table.update_entity(entity, mode=UpdateMode.REPLACE, **condition)
        except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
            return False
        return True
