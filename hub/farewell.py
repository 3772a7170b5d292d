"""Deleting accounts: what they wrote stays without their name. Durable, and finished after a crash by any hub."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from azure.data.tables.aio import TableClient

from contracts.storage import is_unavailable
from hub.accounts.accounts import Accounts
from hub.accounts.rows import LEAVING, Leaving, name_key
from hub.belongings import Belongings, is_by
from hub.clock import now_ms
from hub.draft import Draft
from hub.errors import StorageUnavailableError
from hub.people import DELETED
from hub.rows import Stored, row
from hub.tables import from_chunks

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
# Sessions that another hub still trusted may have posted so long; after that the channels are gone through once more.
LATECOMERS_MS: Final = 120_000


class Farewell:
    """Runs on each hub. Everything that it does may be done twice, so that hubs need not agree who does it."""

    def __init__(
        self,
        table: TableClient,
        accounts: Accounts,
        belongings: Belongings,
        depart: Callable[[str], Awaitable[None]],
    ) -> None:
        """`depart` takes a name out of all channels, and hands over those that it owned."""
        self._table = table
        self._depart = depart
        self._accounts = accounts
        self._belongings = belongings

    async def run(self) -> None:
        """Finish what was begun, for ever."""
        while True:
            try:
                async for entity in self._table.query_entities("PartitionKey eq @p", parameters={"p": LEAVING}):
                    await self._go_on(Leaving.from_json(from_chunks(entity)))
            except Exception as error:
                if not (is_unavailable(error) or isinstance(error, StorageUnavailableError)):
                    log.exception("deleting an account stumbled")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._accounts.someone_leaves.wait(), EVERY_S)
            self._accounts.someone_leaves.clear()

    async def _go_on(self, leaving: Leaving) -> None:
        is_late = now_ms() >= leaving.asked_at + LATECOMERS_MS
        if leaving.is_walked and not is_late:
            return
        await self._close(leaving)
        await self._depart(leaving.name)
        await self._walk(leaving)
        if is_late:
            await self._forget(leaving)
        else:
            walked = leaving.model_copy(update={"is_walked": True})
            await self._table.upsert_entity(row(LEAVING, name_key(leaving.name), walked))

    async def _close(self, leaving: Leaving) -> None:
        """Once more what `Accounts.remove` does: the hub that did it may have died in the middle."""
        account = await self._accounts.people.find(leaving.name)
        if account is not None and account.created_at == leaving.since:
            await self._accounts.shut(account)

    async def _walk(self, leaving: Leaving) -> None:
        async for channel_log in self._belongings.channel_logs():
            async for one in channel_log.newer_than(0):
                if is_by(one, leaving.name, leaving.since) or _prompt_names(one, leaving.name):
                    await channel_log.commit(partial(_without_name, comment_id=one.message.comment_id, leaving=leaving))
        await self._belongings.unname_votes(leaving.name, f"{DELETED}-{secrets.token_hex(8)}")

    async def _forget(self, leaving: Leaving) -> None:
        account = await self._accounts.people.find(leaving.name)
        if account is not None and account.created_at == leaving.since:
            await self._accounts.people.delete(leaving.name)
        await self._table.delete_entity(LEAVING, name_key(leaving.name))
        log.info("an account is deleted")


async def _without_name(draft: Draft, comment_id: int, leaving: Leaving) -> None:
    before = await draft.stored(comment_id)
    if before is None:
        return
    change: dict[str, str | None] = {}
    if is_by(before, leaving.name, leaving.since):
        change |= {"sender": DELETED, "connection_id": None}
    if _prompt_names(before, leaving.name):
        change |= {"prompt": None}
    if change:
        draft.put(before.model_copy(update={"message": before.message.model_copy(update=change)}), before)


def _prompt_names(one: Stored, name: str) -> bool:
    """Whether a bot was told who wrote what it answers."""
    return one.message.prompt is not None and name in one.message.prompt
