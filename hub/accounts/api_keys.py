"""Keys for programs: named, scoped, shown once, kept as a hash, revoked at once."""

import hmac
import logging
import re
import secrets
import string
from typing import Final

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.accounts import MOST_KEYS, KeyCard, MakeKey, NewKey
from hub.accounts.people_table import PeopleTable
from hub.accounts.rows import Account, StoredKey, hashed, keys_of, name_key
from hub.accounts.sessions import DAY_MS, TellEnded
from hub.accounts.standing import Standing
from hub.clock import now_ms
from hub.errors import BadRequestError, ConflictError, ForbiddenError, NotFoundError, UnauthorizedError
from hub.log.rows import row
from hub.log.tables import from_chunks
from hub.people import Person

log = logging.getLogger(__name__)

# Secret scanners look for the prefix. The name leads to the partition, the id to the row.
PREFIX: Final = "pph_"
KEY: Final = re.compile(
    r"pph_(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{1,31})\.(?P<id>[A-Za-z0-9]{12})(?P<secret>[A-Za-z0-9]{40})"
)
KEY_ID: Final = re.compile(r"[A-Za-z0-9]{12}")
ALPHABET: Final = string.ascii_letters + string.digits
NO_KEY: Final = "This key is not valid."


class ApiKeys:
    """The keys of all accounts: a partition for each account."""

    def __init__(self, table: TableClient, people: PeopleTable, tell_ended: TellEnded) -> None:
        self._table = table
        self._people = people
        self._tell_ended = tell_ended
        self._standing: Standing[StoredKey] = Standing()

    async def make(self, person: Person, form: MakeKey) -> NewKey:
        """A new key. Raises ForbiddenError, BadRequestError or ConflictError."""
        if person.is_guest:
            raise ForbiddenError("Guests have no keys: their name passes to others.")
        if form.expires_at is not None and form.expires_at <= now_ms():
            raise BadRequestError("The key would have expired already.")
        if len(await self._all(person.name)) >= MOST_KEYS:
            raise ConflictError(f"An account has at most {MOST_KEYS} keys; please delete one first.")
        key_id, secret = _random(12), _random(40)
        card = KeyCard(
            key_id=key_id,
            name=form.name,
            scopes=tuple(sorted(set(form.scopes))),
            created_at=now_ms(),
            expires_at=form.expires_at,
            last_used_at=None,
        )
        stored = StoredKey(owner=person.name, since=person.since, secret_hash=hashed(secret), card=card)
        await self._table.create_entity(row(keys_of(person.name), key_id, stored))
        log.info("%s made the key %s", person.name, key_id)
        return NewKey(key=f"{PREFIX}{person.name}.{key_id}{secret}", card=card)

    async def cards(self, person: Person) -> tuple[KeyCard, ...]:
        """The keys of an account, the newest first."""
        return tuple(sorted((one.card for one in await self._all(person.name)), key=lambda card: -card.created_at))

    async def revoke(self, name: str, key_id: str) -> None:
        """End a key, wherever it is used. Raises NotFoundError."""
        if KEY_ID.fullmatch(key_id) is None or await self._read(name, key_id) is None:
            raise NotFoundError("There is no such key.")
        await self._end(name, key_id)

    async def revoke_all(self, name: str) -> None:
        """End every key of an account."""
        for stored in await self._all(name):
            await self._end(name, stored.card.key_id)

    async def interrupt(self, name: str) -> None:
        """Look at the account again before any of its keys is trusted, on every hub."""
        self._tell_ended(tuple(_bearer_id(stored.card.key_id) for stored in await self._all(name)))

    async def person(self, key: str) -> Person:
        """Whose key this is. Raises UnauthorizedError."""
        parts = KEY.fullmatch(key)
        stored = await self._valid(parts["name"], parts["id"]) if parts else None
        if parts is None or stored is None or not hmac.compare_digest(hashed(parts["secret"]), stored.secret_hash):
            raise UnauthorizedError(NO_KEY)
        return Person(
            name=stored.owner,
            is_guest=False,
            session_id=_bearer_id(stored.card.key_id),
            since=stored.since,
            is_program=True,
            scopes=frozenset(stored.card.scopes),
        )

    async def stands(self, person: Person) -> bool:
        """Whether the key of a bearer goes on; what another hub ended is noticed within `TRUSTED_S`."""
        return await self._valid(person.name, person.session_id.removeprefix(_bearer_id(""))) is not None

    def heard_ended(self, ids: tuple[str, ...]) -> None:
        """Some keys have ended, here or on another hub."""
        self._standing.forget(ids)

    async def _end(self, name: str, key_id: str) -> None:
        await self._table.delete_entity(keys_of(name), key_id)
        self._tell_ended((_bearer_id(key_id),))
        log.info("the key %s of %s is revoked", key_id, name)

    async def _valid(self, name: str, key_id: str) -> StoredKey | None:
        """A key that may be used now, of an account that is open."""
        stored = self._standing.get(_bearer_id(key_id))
        if stored is None or name_key(stored.owner) != name_key(name):
            stored = await self._read(name, key_id)
            account = await self._people.find(name) if stored else None
            if stored is None or account is None or not _is_owner(account, stored):
                return None
            stored = await self._used(stored)
            self._standing.keep(_bearer_id(key_id), stored)
        expires_at = stored.card.expires_at
        return stored if expires_at is None or expires_at > now_ms() else None

    async def _used(self, stored: StoredKey) -> StoredKey:
        """Note the day on which a key was used; written once a day."""
        today = now_ms() // DAY_MS * DAY_MS
        if stored.card.last_used_at == today:
            return stored
        used = stored.model_copy(update={"card": stored.card.model_copy(update={"last_used_at": today})})
        try:
            # Not an upsert: a key that is revoked in this moment must not come back.
            entity = row(keys_of(stored.owner), stored.card.key_id, used)
            await self._table.update_entity(entity, mode=UpdateMode.REPLACE)
        except ResourceNotFoundError as error:
            raise UnauthorizedError(NO_KEY) from error
        return used

    async def _read(self, name: str, key_id: str) -> StoredKey | None:
        try:
            return StoredKey.from_json(from_chunks(await self._table.get_entity(keys_of(name), key_id)))
        except ResourceNotFoundError:
            return None

    async def _all(self, name: str) -> list[StoredKey]:
        rows = self._table.query_entities("PartitionKey eq @p", parameters={"p": keys_of(name)})
        return [StoredKey.from_json(from_chunks(entity)) async for entity in rows]


def _is_owner(account: Account, stored: StoredKey) -> bool:
    return account.created_at == stored.since and not account.is_closed and not account.is_leaving


def _bearer_id(key_id: str) -> str:
    """What stands in the place of a session's id; no session's id holds a '!'."""
    return f"key!{key_id}"


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
