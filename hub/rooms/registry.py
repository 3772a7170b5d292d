"""Which accounts there are, for those who only need to know whether a name is somebody's."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables.aio import TableClient

from hub.accounts.rows import ACCOUNTS, Account
from hub.log.tables import from_chunks
from hub.people import Person

REMEMBERED_FOR_S: Final = 30.0
MOST_REMEMBERED: Final = 10_000


@dataclass(frozen=True)
class Holder:
    """Who has an account of a name, as registered, and since when (ms since 1970)."""

    name: str
    since: int
    is_closed: bool = False

    def as_person(self) -> Person:
        """To ask what this person may do; nobody speaks by it."""
        return Person(self.name, is_guest=False, session_id="", since=self.since, scopes=frozenset())


class Registry:
    """Looks accounts up by their names, whatever the case. Guests are nobody here."""

    def __init__(self, table: TableClient) -> None:
        self._table = table
        self._remembered: OrderedDict[str, tuple[float, Holder | None]] = OrderedDict()

    async def find(self, name: str) -> Holder | None:
        """As the table has it now. `name` has the form of a person's name.

        A closed account is somebody's still: it keeps its roles, and others take them away.
        """
        try:
            account = Account.from_json(from_chunks(await self._table.get_entity(ACCOUNTS, name.lower())))
        except ResourceNotFoundError:
            return None
        is_nobody = account.is_guest or account.is_leaving
        return None if is_nobody else Holder(account.name, account.created_at, account.is_closed)

    async def recall(self, name: str) -> Holder | None:
        """Somebody who can be called, as the table had it a moment ago: whose account is closed hears nothing."""
        key = name.lower()
        known = self._remembered.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        holder = await self.find(name)
        found = None if holder is None or holder.is_closed else holder
        self._remembered[key] = (time.monotonic() + REMEMBERED_FOR_S, found)
        self._remembered.move_to_end(key)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return found
