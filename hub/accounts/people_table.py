"""The accounts themselves: found, made and changed, each change under its row's ETag."""

from collections.abc import AsyncIterator, Callable
from typing import Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from hub.accounts.rows import ACCOUNTS, Account, name_key
from hub.clock import now_ms
from hub.errors import ConflictError, NameTakenError, NotFoundError, UnauthorizedError
from hub.log.rows import row
from hub.log.tables import from_chunks
from hub.people import DELETED, Person

# Names that would be taken for the house itself, or for those who run it.
RESERVED: Final = frozenset(
    (
        DELETED,
        "admin",
        "administrator",
        "everyone",
        "hub",
        "moderator",
        "playhouse",
        "root",
        "staff",
        "support",
        "system",
    )
)
ATTEMPTS: Final = 5


class PeopleTable:
    """The partition of accounts."""

    def __init__(self, table: TableClient, is_bot: Callable[[str], bool]) -> None:
        self._table = table
        self._is_bot = is_bot

    async def find(self, name: str) -> Account | None:
        found = await self._read(name)
        return found[0] if found else None

    async def each(self) -> AsyncIterator[Account]:
        """All accounts and guests in the order of their names, read a page at a time."""
        async for entity in self._table.query_entities("PartitionKey eq @p", parameters={"p": ACCOUNTS}):
            yield Account.from_json(from_chunks(entity))

    async def own(self, person: Person) -> Account:
        """The account of a bearer. Raises UnauthorizedError when it is gone, or somebody else's by now."""
        account = await self.find(person.name)
        if account is None or account.created_at != person.since or account.is_leaving:
            raise UnauthorizedError("This account is gone.")
        return account

    async def insert(self, account: Account) -> None:
        """A new account. Raises NameTakenError."""
        key = name_key(account.name)
        if key in RESERVED or self._is_bot(account.name):
            raise _taken(account.name)
        entity = row(ACCOUNTS, key, account)
        try:
            await self._table.create_entity(entity)
            return
        except ResourceExistsError:
            standing = await self._read(account.name)
        if standing is None or not _is_free_again(standing[0]):
            raise _taken(account.name)
        if not await self._replace(account, standing[1]):
            raise _taken(account.name)

    async def change(self, name: str, change: Callable[[Account], Account]) -> Account:
        """Change an account, again if somebody else changed it meanwhile. Raises NotFoundError or ConflictError."""
        for _ in range(ATTEMPTS):
            found = await self._read(name)
            if found is None:
                raise NotFoundError(f"There is no account called {name}.")
            changed = change(found[0])
            if await self._replace(changed, found[1]):
                return changed
        raise ConflictError("The account was changed from somewhere else; please try again.")

    async def delete(self, name: str) -> None:
        await self._table.delete_entity(ACCOUNTS, name_key(name))

    async def _read(self, name: str) -> tuple[Account, str] | None:
        """An account and its ETag."""
        try:
            entity = await self._table.get_entity(ACCOUNTS, name_key(name))
        except ResourceNotFoundError:
            return None
        return Account.from_json(from_chunks(entity)), str(entity.metadata["etag"])

    async def _replace(self, account: Account, etag: str) -> bool:
        try:
            await self._table.update_entity(
                row(ACCOUNTS, name_key(account.name), account),
                mode=UpdateMode.REPLACE,
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except (ResourceModifiedError, ResourceNotFoundError):
            return False
        return True


def _is_free_again(account: Account) -> bool:
    return account.free_again_at is not None and account.free_again_at <= now_ms() and not account.is_leaving


def _taken(name: str) -> NameTakenError:
    return NameTakenError(f"The name {name} is taken.")
