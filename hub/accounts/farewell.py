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
from hub.accounts.belongings import Belongings, is_by
from hub.accounts.rows import LEAVING, Leaving, name_key
from hub.clock import now_ms
from hub.errors import StorageUnavailableError
from hub.log.draft import Draft
from hub.log.rows import Stored, row
from hub.log.tables import from_chunks
from hub.people import DELETED

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
        """`depart` takes a name out of all channels and what was done there, and hands over those that it owned."""
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
        is_late = now_ms() >= _last_words(leaving)
        if leaving.is_walked and not is_late:
            return
        if not await self._close(leaving):
            # Nothing was left but this row: the name may be somebody else's by now.
            await self._table.delete_entity(LEAVING, name_key(leaving.name))
            return
        await self._depart(leaving.name)
        await self._walk(leaving)
        if is_late:
            await self._forget(leaving)
        else:
            walked = leaving.model_copy(update={"is_walked": True})
            await self._table.upsert_entity(row(LEAVING, name_key(leaving.name), walked))

    async def _close(self, leaving: Leaving) -> bool:
        """Once more what `Accounts.remove` does: the hub that did it may have died in the middle.

        False when the account is gone: a hub was done, or died before its last step.
        """
        account = await self._accounts.people.find(leaving.name)
        if account is None or account.created_at != leaving.since:
            return False
        await self._accounts.shut(account)
        return True

    async def _walk(self, leaving: Leaving) -> None:
        async for channel_log in self._belongings.channel_logs():
            async for one in channel_log.newer_than(0):
                if _change(one, leaving):
                    await channel_log.commit(partial(_without_name, comment_id=one.message.comment_id, leaving=leaving))
        pseudonym = f"{DELETED}-{secrets.token_hex(8)}"
        await self._belongings.unname_votes(leaving.name, pseudonym)
        await self._belongings.unname_reports(leaving.name, leaving.since, pseudonym)

    async def _forget(self, leaving: Leaving) -> None:
        account = await self._accounts.people.find(leaving.name)
        if account is not None and account.created_at == leaving.since:
            await self._accounts.people.delete(leaving.name)
        await self._table.delete_entity(LEAVING, name_key(leaving.name))
        log.info("an account is deleted")


async def _without_name(draft: Draft, comment_id: int, leaving: Leaving) -> None:
    before = await draft.stored(comment_id)
    change = _change(before, leaving) if before is not None else {}
    if before is not None and change:
        draft.put(before.model_copy(update={"message": before.message.model_copy(update=change)}), before)


def _change(one: Stored, leaving: Leaving) -> dict[str, str | tuple[str, ...] | None]:
    """What a message says of who left, as author, in a bot's prompt, or as somebody who is called, goes."""
    message, change = one.message, dict[str, str | tuple[str, ...] | None]()
    if message.sent_at > _last_words(leaving):
        # Another hub may be done already, and the name somebody else's.
        return change
    if is_by(one, leaving.name, leaving.since):
        change |= {"sender": DELETED, "connection_id": None}
    if message.prompt is not None and leaving.name in message.prompt:
        change |= {"prompt": None}
    if leaving.name in message.mentions:
        change |= {"mentions": tuple(name for name in message.mentions if name != leaving.name)}
    return change


def _last_words(leaving: Leaving) -> int:
    """From when on nothing is by who left; in ms since 1970."""
    return leaving.asked_at + LATECOMERS_MS
