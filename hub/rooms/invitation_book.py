"""Invitations: a link that makes members, for so many people and so long. Only the hash of its token is kept."""

import hashlib
import secrets
from contextlib import suppress
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.channels import InvitationCard
from hub.clock import now_ms
from hub.errors import ConflictError
from hub.log.rows import row
from hub.log.tables import from_chunks, one_page
from hub.people import DELETED
from hub.rooms.channel_rows import Channel, KeptInvitation, invitations_to

MOST_OPEN: Final = 100
# Many use one link at once; each round one of them wins.
ATTEMPTS: Final = 30
BUSY: Final = "Many use this invitation at this moment; please try again."


class InvitationBook:
    """The rows of the partitions `invite!`."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    async def make(self, channel: Channel, kept: KeptInvitation) -> tuple[InvitationCard, str]:
        """A new one, and its token."""
        if len(await self.open(channel)) >= MOST_OPEN:
            raise ConflictError(f"A channel has at most {MOST_OPEN} open invitations; revoke one first.")
        token = secrets.token_urlsafe(24)
        await self._table.create_entity(row(invitations_to(channel.key), _hashed(token), kept))
        return _card(_hashed(token), kept), token

    async def open(self, channel: Channel) -> tuple[InvitationCard, ...]:
        """Those that are still good; the others are removed."""
        good = []
        for entity, kept in await self._all(channel):
            if _is_good(kept):
                good.append(_card(entity["RowKey"], kept))
            else:
                await self.revoke(channel, entity["RowKey"])
        return tuple(good)

    async def revoke(self, channel: Channel, key: str) -> None:
        await self._table.delete_entity(invitations_to(channel.key), key)

    async def unname(self, channel: Channel, name: str) -> None:
        """Let the invitations that somebody made hold without the name. Raises ConflictError."""
        for _ in range(ATTEMPTS):
            named = [(entity, kept) for entity, kept in await self._all(channel) if kept.made_by == name]
            if not named:
                return
            for entity, kept in named:
                with suppress(ResourceModifiedError, ResourceNotFoundError):
                    await self._replace(entity, kept.model_copy(update={"made_by": DELETED}))
        raise ConflictError(BUSY)

    async def is_good(self, channel: str, token: str) -> bool:
        """Whether an invitation could be used now."""
        return await self._read(channel, token) is not None

    async def redeem(self, channel: str, token: str) -> bool:
        """Use an invitation once. False for one that was never made, is used up, revoked or too old."""
        for _ in range(ATTEMPTS):
            entity = await self._read(channel, token)
            if entity is None:
                return False
            kept = KeptInvitation.from_json(from_chunks(entity))
            used = kept.model_copy(update={"uses_left": kept.uses_left - 1})
            try:
                await self._replace(entity, used)
            except ResourceModifiedError:
                continue
            except ResourceNotFoundError:
                return False
            return True
        raise ConflictError(BUSY)

    async def _all(self, channel: Channel) -> list[tuple[Any, KeptInvitation]]:
        rows = await one_page(self._table, "PartitionKey eq @p", {"p": invitations_to(channel.key)}, 1000)
        return [(entity, KeptInvitation.from_json(from_chunks(entity))) for entity in rows]

    async def _replace(self, entity: Any, kept: KeptInvitation) -> None:
        """Raises ResourceModifiedError or ResourceNotFoundError."""
        condition: dict[str, Any] = {"etag": entity.metadata["etag"], "match_condition": MatchConditions.IfNotModified}
        changed = row(entity["PartitionKey"], entity["RowKey"], kept)
        await self._table.update_entity(changed, mode=UpdateMode.REPLACE, **condition)

    async def _read(self, channel: str, token: str) -> Any:
        """The row of an invitation that is good, else None."""
        try:
            entity = await self._table.get_entity(invitations_to(channel), _hashed(token))
        except ResourceNotFoundError:
            return None
        return entity if _is_good(KeptInvitation.from_json(from_chunks(entity))) else None


def _is_good(kept: KeptInvitation) -> bool:
    return kept.uses_left > 0 and kept.expires_at > now_ms()


def _card(key: str, kept: KeptInvitation) -> InvitationCard:
    return InvitationCard(invitation_id=key, made_by=kept.made_by, expires_at=kept.expires_at, uses_left=kept.uses_left)


def _hashed(token: str) -> str:
    """Enough of the hash to be one invitation's own; the token itself is not to be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
