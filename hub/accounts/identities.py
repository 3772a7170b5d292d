"""People who sign in elsewhere: which account an identity opens. Never found by an address of e-mail."""

import logging
import re
import secrets
from typing import Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from hub.accounts.people_table import PeopleTable
from hub.accounts.rows import IDENTITIES, Account, Identity, OwnerOfIdentity, identity_key
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, NameTakenError, NotFoundError
from hub.log.rows import row
from hub.log.tables import from_chunks
from hub.people import Person

log = logging.getLogger(__name__)

LONGEST_NAME: Final = 32
# Ada, Ada2, … Ada9; after that a few random digits.
PLAIN_TRIES: Final = 9
RANDOM_TRIES: Final = 20


class Identities:
    """The partition of identities. A row counts only while the account that it names lists the identity too."""

    def __init__(self, table: TableClient, people: PeopleTable) -> None:
        self._table = table
        self._people = people

    async def account(self, identity: Identity, wanted_name: str) -> Account:
        """The account that an identity opens; a new one, under a free name like the wanted one, for a new identity."""
        account, etag = await self._opened_by(identity)
        if account is not None:
            return account
        made = await self._new_account(identity, wanted_name)
        if await self._claim(identity, made.name, etag):
            log.info("%s came from %s", made.name, identity.provider)
            return made
        # The same person signed in twice at the same moment.
        await self._people.delete(made.name)
        account, _ = await self._opened_by(identity)
        if account is None:
            raise ConflictError("Signing in met another change of this account; please try again.")
        return account

    async def link(self, person: Person, identity: Identity) -> None:
        """Let an identity open the account of somebody who is logged in. Raises ConflictError or ForbiddenError."""
        if person.is_guest:
            raise ForbiddenError("A guest has no account that could be opened from elsewhere.")
        account, etag = await self._opened_by(identity)
        if account is not None:
            if account.name == person.name:
                return
            raise ConflictError("Somebody else's account is opened from there already.")
        await self._people.own(person)
        if not await self._claim(identity, person.name, etag):
            raise ConflictError("Linking met another change; please try again.")
        await self._people.change(person.name, lambda account: _with_identity(account, identity))
        log.info("%s can sign in from %s", person.name, identity.provider)

    async def forget(self, account: Account) -> None:
        """Nothing elsewhere opens this account any more."""
        for identity in account.identities:
            owner = await self._owner(identity)
            if owner is not None and owner[0] == account.name:
                await self._table.delete_entity(IDENTITIES, identity_key(identity))

    async def _opened_by(self, identity: Identity) -> tuple[Account | None, str | None]:
        """The account, and the ETag of the identity's row if there is one."""
        owner = await self._owner(identity)
        if owner is None:
            return None, None
        account = await self._people.find(owner[0])
        lists_it = account is not None and any(_is_same(one, identity) for one in account.identities)
        return account if lists_it else None, owner[1]

    async def _owner(self, identity: Identity) -> tuple[str, str] | None:
        try:
            entity = await self._table.get_entity(IDENTITIES, identity_key(identity))
        except ResourceNotFoundError:
            return None
        return OwnerOfIdentity.from_json(from_chunks(entity)).name, str(entity.metadata["etag"])

    async def _claim(self, identity: Identity, name: str, etag: str | None) -> bool:
        entity = row(IDENTITIES, identity_key(identity), OwnerOfIdentity(name=name))
        try:
            if etag is None:
                await self._table.create_entity(entity)
            else:
                await self._table.update_entity(
                    entity, mode=UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
                )
        except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
            return False
        return True

    async def _new_account(self, identity: Identity, wanted_name: str) -> Account:
        for number in range(1, PLAIN_TRIES + RANDOM_TRIES + 1):
            suffix = str(number if number <= PLAIN_TRIES else 1000 + secrets.randbelow(9_000_000))
            name = _shaped(wanted_name, "" if number == 1 else suffix)
            account = Account(
                name=name,
                password_hash=None,
                email=None,
                created_at=now_ms(),
                free_again_at=None,
                identities=(identity,),
            )
            try:
                await self._people.insert(account)
            except NameTakenError:
                continue
            return account
        raise NotFoundError("No free name was found; please make an account and link it.")


def _shaped(wanted: str, suffix: str) -> str:
    """A name of this house that looks like the wanted one."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", wanted.strip()).lstrip("_-")[: LONGEST_NAME - len(suffix)].rstrip("_-")
    return (plain if len(plain) > 1 else "Somebody") + suffix


def _is_same(one: Identity, other: Identity) -> bool:
    return (one.issuer, one.subject) == (other.issuer, other.subject)


def _with_identity(account: Account, identity: Identity) -> Account:
    others = tuple(one for one in account.identities if not _is_same(one, identity))
    return account.model_copy(update={"identities": (*others, identity)})
