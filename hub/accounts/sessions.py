"""Sessions: short access tokens, refresh tokens that change with each use, and an end that takes effect at once."""

import hmac
import logging
import secrets
from collections.abc import Callable
from typing import Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.accounts import Session, SessionCard
from hub.accounts.people_table import PeopleTable
from hub.accounts.rows import Account, StoredSession, hashed, sessions_of
from hub.accounts.standing import Standing
from hub.accounts.tokens import Tokens
from hub.clock import now_ms
from hub.errors import StorageUnavailableError, UnauthorizedError
from hub.log.rows import row
from hub.log.tables import from_chunks
from hub.people import Person

log = logging.getLogger(__name__)

DAY_MS: Final = 86_400_000
ACCESS_MS: Final = 15 * 60_000
# A session that nobody uses for so long has ended.
SESSION_MS: Final = 30 * DAY_MS
# Two tabs, or a retry after a lost answer, may bring the same refresh token twice; later it was stolen.
GRACE_MS: Final = 30_000
ATTEMPTS: Final = 5
ENDED: Final = "This session has ended; please log in again."

# Ids of sessions and keys that are worth nothing any more.
TellEnded = Callable[[tuple[str, ...]], None]


class Sessions:
    """The sessions of all accounts: a partition for each account, so that its sessions are one range."""

    def __init__(self, table: TableClient, people: PeopleTable, tokens: Tokens, tell_ended: TellEnded) -> None:
        self._table = table
        self._people = people
        self._tokens = tokens
        self._tell_ended = tell_ended
        self._standing: Standing[StoredSession] = Standing()

    async def open(self, account: Account) -> Session:
        """A new session; nothing of an earlier one is taken over.

        `account` is as it was when the bearer began to prove who it is. Raises UnauthorizedError when it was shut, or
        given another password, since.
        """
        now = now_ms()
        session_id = secrets.token_urlsafe(24)
        refresh_token = f"{account.name}.{session_id}.{secrets.token_urlsafe(32)}"
        stored = StoredSession(
            name=account.name,
            refresh_hash=hashed(refresh_token),
            opened_at=now,
            refreshed_at=now,
            expires_at=_expires_at(account, now),
        )
        await self._table.create_entity(row(sessions_of(account.name), session_id, stored))
        # Whoever shuts an account changes it first and then ends the sessions that are there: one of the two sees this.
        if not _is_unchanged(account, await self._people.find(account.name)):
            await self.end(account.name, session_id)
            raise UnauthorizedError(ENDED)
        log.info("%s opened a session", account.name)
        return self._session(account, session_id, stored, refresh_token)

    async def refresh(self, refresh_token: str) -> Session:
        """A fresh access token, and the next refresh token; whoever brings an old one ends the session.

        Raises UnauthorizedError.
        """
        name, _, rest = refresh_token.partition(".")
        session_id = rest.partition(".")[0]
        for _ in range(ATTEMPTS):
            stored, etag = await self._read(name, session_id)
            given = hashed(refresh_token)
            following = f"{name}.{session_id}.{self._tokens.derived('refresh', refresh_token)}"
            if hmac.compare_digest(given, stored.refresh_hash):
                account = await self._account(stored.name)
                stored = _rotated(stored, following, account)
                if not await self._replace(session_id, stored, etag):
                    continue
            elif _is_repeated(given, following, stored):
                account = await self._account(stored.name)
            else:
                log.warning("an old refresh token of %s was used: the session ends", stored.name)
                await self.end(stored.name, session_id)
                raise UnauthorizedError(ENDED)
            return self._session(account, session_id, stored, following)
        raise StorageUnavailableError("Too many tabs refresh this session at once; please try again.")

    async def person(self, access_token: str) -> Person:
        """Who bears an access token. Raises UnauthorizedError."""
        person = self._tokens.read(access_token)
        if not await self.stands(person):
            raise UnauthorizedError(ENDED)
        return person

    async def stands(self, person: Person) -> bool:
        """Whether the session of a bearer goes on; what another hub ended is noticed within `TRUSTED_S`."""
        stored = self._standing.get(person.session_id)
        if stored is None:
            try:
                stored, _ = await self._read(person.name, person.session_id)
            except UnauthorizedError:
                return False
            self._standing.keep(person.session_id, stored)
        return stored.name == person.name and stored.expires_at > now_ms()

    async def opened_at(self, person: Person) -> int:
        """When the bearer proved who it is. Raises UnauthorizedError."""
        return (await self._read(person.name, person.session_id))[0].opened_at

    async def cards(self, person: Person) -> tuple[SessionCard, ...]:
        """Where somebody is logged in, the newest first."""
        cards = [
            SessionCard(
                opened_at=stored.opened_at,
                refreshed_at=stored.refreshed_at,
                expires_at=stored.expires_at,
                is_current=session_id == person.session_id,
            )
            for session_id, stored in await self._all(person.name)
            if stored.expires_at > now_ms()
        ]
        return tuple(sorted(cards, key=lambda card: -card.opened_at))

    async def end(self, name: str, session_id: str) -> None:
        """End one session, wherever it is used."""
        await self._delete(name, session_id)
        self._tell_ended((session_id,))

    async def end_all(self, name: str, but: str | None = None) -> None:
        """End every session of an account, perhaps but one."""
        ids = tuple(session_id for session_id, _ in await self._all(name) if session_id != but)
        for session_id in ids:
            await self._delete(name, session_id)
        self._tell_ended(ids)
        log.info("%d sessions of %s ended", len(ids), name)

    async def forget_expired(self, name: str) -> None:
        """Remove the rows of sessions that nobody refreshed in time."""
        for session_id, stored in await self._all(name):
            if stored.expires_at <= now_ms():
                await self._delete(name, session_id)

    def heard_ended(self, ids: tuple[str, ...]) -> None:
        """Some sessions have ended, here or on another hub."""
        self._standing.forget(ids)

    def _session(self, account: Account, session_id: str, stored: StoredSession, refresh_token: str) -> Session:
        expires_at = min(now_ms() + ACCESS_MS, stored.expires_at)
        person = Person(account.name, account.is_guest, session_id, account.created_at, account.is_admin)
        return Session(
            access_token=self._tokens.issue(person, expires_at),
            refresh_token=refresh_token,
            name=account.name,
            is_guest=account.is_guest,
            is_admin=account.is_admin,
            expires_at=expires_at,
            refresh_expires_at=stored.expires_at,
        )

    async def _account(self, name: str) -> Account:
        """The account of a session as it is now. Raises UnauthorizedError."""
        account = await self._people.find(name)
        if account is None or account.is_closed or account.is_leaving:
            raise UnauthorizedError(ENDED)
        return account

    async def _read(self, name: str, session_id: str) -> tuple[StoredSession, str]:
        """A session that has not expired, and its ETag. Raises UnauthorizedError."""
        if not session_id.replace("-", "").replace("_", "").isalnum():
            raise UnauthorizedError(ENDED)
        try:
            entity = await self._table.get_entity(sessions_of(name), session_id)
        except ResourceNotFoundError as error:
            raise UnauthorizedError(ENDED) from error
        stored = StoredSession.from_json(from_chunks(entity))
        if stored.expires_at <= now_ms():
            raise UnauthorizedError(ENDED)
        return stored, str(entity.metadata["etag"])

    async def _all(self, name: str) -> list[tuple[str, StoredSession]]:
        rows = self._table.query_entities("PartitionKey eq @p", parameters={"p": sessions_of(name)})
        return [(entity["RowKey"], StoredSession.from_json(from_chunks(entity))) async for entity in rows]

    async def _replace(self, session_id: str, stored: StoredSession, etag: str) -> bool:
        try:
            await self._table.update_entity(
                row(sessions_of(stored.name), session_id, stored),
                mode=UpdateMode.REPLACE,
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except (ResourceModifiedError, ResourceNotFoundError):
            return False
        return True

    async def _delete(self, name: str, session_id: str) -> None:
        await self._table.delete_entity(sessions_of(name), session_id)


def _is_unchanged(before: Account, now: Account | None) -> bool:
    """Whether what let somebody in still does."""
    if now is None or now.is_closed or now.is_leaving:
        return False
    return (now.created_at, now.password_hash) == (before.created_at, before.password_hash)


def _expires_at(account: Account, now: int) -> int:
    """A guest's session ends when the name is free again."""
    return account.free_again_at if account.free_again_at is not None else now + SESSION_MS


def _rotated(stored: StoredSession, following: str, account: Account) -> StoredSession:
    now = now_ms()
    change = {
        "refresh_hash": hashed(following),
        "previous_hash": stored.refresh_hash,
        "refreshed_at": now,
        "expires_at": _expires_at(account, now),
    }
    return stored.model_copy(update=change)


def _is_repeated(given: str, following: str, stored: StoredSession) -> bool:
    """Whether the token before the present one came again at once; it leads to the same next one."""
    return (
        stored.previous_hash is not None
        and hmac.compare_digest(given, stored.previous_hash)
        and hmac.compare_digest(hashed(following), stored.refresh_hash)
        and now_ms() - stored.refreshed_at <= GRACE_MS
    )
