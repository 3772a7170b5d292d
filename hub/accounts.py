"""Accounts and sessions: register, log in, enter as a guest, log out."""

import asyncio
import secrets
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.accounts import AccountCard, ChangeAccount, EnterAsGuest, LogIn, Register, Session
from contracts.wire import Milliseconds, Wire
from hub.clock import now_ms
from hub.errors import (
    ConflictError,
    ForbiddenError,
    InvalidCredentialsError,
    NameTakenError,
    UnauthorizedError,
)
from hub.people import Person
from hub.rows import row
from hub.tables import from_chunks
from hub.tokens import Tokens

ACCOUNTS = "account"
SESSIONS = "session"
DAY_MS = 86_400_000
SESSION_MS = 30 * DAY_MS
# A guest's name is free again after this time.
GUEST_MS = 7 * DAY_MS


class Account(Wire):
    """A row of the accounts' partition; a guest has no password. Times in ms since 1970.

    `shares_for_training`: this person agreed that bots learn from what was written since `created_at`.
    """

    name: str
    password_hash: str | None
    email: str | None
    created_at: Milliseconds
    free_again_at: Milliseconds | None
    shares_for_training: bool = False

    @property
    def is_guest(self) -> bool:
        return self.password_hash is None


class StoredSession(Wire):
    """A row of the sessions' partition: while it stands, its token is good."""

    name: str
    expires_at: Milliseconds


class Accounts:
    """The people of the playhouse."""

    def __init__(self, table: TableClient, tokens: Tokens, is_bot: Callable[[str], bool]) -> None:
        self._table = table
        self._tokens = tokens
        self._is_bot = is_bot
        self._hasher = PasswordHasher()
        # Checked when a name is unknown, so that the time of an answer does not tell which names exist.
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    async def register(self, form: Register) -> Session:
        """A new account and its first session. Raises NameTakenError."""
        password_hash = await asyncio.to_thread(self._hasher.hash, form.password.get_secret_value())
        account = Account(
            name=form.name, password_hash=password_hash, email=form.email, created_at=now_ms(), free_again_at=None
        )
        await self._insert(account)
        return await self._open_session(account)

    async def log_in(self, form: LogIn) -> Session:
        """A session for an account. Raises InvalidCredentialsError, the same for a wrong name and a wrong password."""
        account = await self._find(form.name)
        known = account.password_hash if account and account.password_hash else None
        try:
            await asyncio.to_thread(self._hasher.verify, known or self._decoy, form.password.get_secret_value())
        except (VerificationError, InvalidHashError):
            known = None
        if account is None or known is None:
            raise InvalidCredentialsError("The name or the password is wrong.")
        return await self._open_session(account)

    async def enter(self, form: EnterAsGuest) -> Session:
        """A session without an account. Raises NameTakenError."""
        now = now_ms()
        account = Account(name=form.name, password_hash=None, email=None, created_at=now, free_again_at=now + GUEST_MS)
        await self._insert(account)
        return await self._open_session(account)

    async def log_out(self, person: Person) -> None:
        """End a session: its token is worth nothing from now on."""
        try:
            await self._table.delete_entity(SESSIONS, person.session_id)
        except ResourceNotFoundError:
            return

    async def person(self, token: str) -> Person:
        """Who bears a token. Raises UnauthorizedError."""
        person = self._tokens.read(token)
        try:
            await self._table.get_entity(SESSIONS, person.session_id)
        except ResourceNotFoundError as error:
            raise UnauthorizedError("This session has ended; please log in again.") from error
        return person

    async def card(self, person: Person) -> AccountCard:
        """What a person may know of the own account. Raises UnauthorizedError."""
        return _card((await self._own(person))[0])

    async def change(self, person: Person, form: ChangeAccount) -> AccountCard:
        """Change the own account. Raises ForbiddenError for guests, and ConflictError when another change won."""
        account, etag = await self._own(person)
        if account.is_guest:
            raise ForbiddenError("Only an account can agree to this: a guest's name passes to others.")
        changed = account.model_copy(update={"shares_for_training": form.shares_for_training})
        try:
            await self._table.update_entity(
                row(ACCOUNTS, _key(account.name), changed),
                mode=UpdateMode.REPLACE,
                etag=etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except ResourceModifiedError as error:
            raise ConflictError("The account was changed from somewhere else; please try again.") from error
        return _card(changed)

    async def _own(self, person: Person) -> tuple[Account, str]:
        """The row of a bearer and its ETag. Raises UnauthorizedError."""
        try:
            entity = await self._table.get_entity(ACCOUNTS, _key(person.name))
        except ResourceNotFoundError as error:
            raise UnauthorizedError("This account is gone; please log in again.") from error
        return Account.from_json(from_chunks(entity)), str(entity.metadata["etag"])

    async def _open_session(self, account: Account) -> Session:
        person = Person(account.name, account.is_guest, secrets.token_urlsafe(24), account.created_at)
        expires_at = now_ms() + (GUEST_MS if account.is_guest else SESSION_MS)
        await self._table.create_entity(
            row(SESSIONS, person.session_id, StoredSession(name=account.name, expires_at=expires_at))
        )
        token = self._tokens.issue(person, expires_at)
        return Session(access_token=token, name=account.name, is_guest=account.is_guest, expires_at=expires_at)

    async def _find(self, name: str) -> Account | None:
        try:
            return Account.from_json(from_chunks(await self._table.get_entity(ACCOUNTS, _key(name))))
        except ResourceNotFoundError:
            return None

    async def _insert(self, account: Account) -> None:
        taken = NameTakenError(f"The name {account.name} is taken.")
        if self._is_bot(account.name):
            raise taken
        entity = row(ACCOUNTS, account.name.lower(), account)
        try:
            await self._table.create_entity(entity)
            return
        except ResourceExistsError:
            standing = await self._table.get_entity(ACCOUNTS, account.name.lower())
        free_again_at = Account.from_json(from_chunks(standing)).free_again_at
        if free_again_at is None or free_again_at > now_ms():
            raise taken
        try:
            await self._table.update_entity(
                entity,
                mode=UpdateMode.REPLACE,
                etag=standing.metadata["etag"],
                match_condition=MatchConditions.IfNotModified,
            )
        except ResourceModifiedError as error:
            raise taken from error


def _card(account: Account) -> AccountCard:
    return AccountCard(name=account.name, is_guest=account.is_guest, shares_for_training=account.shares_for_training)


def _key(name: str) -> str:
    """A key for whatever somebody typed as a name; what no name may hold finds nothing."""
    return "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c in "_-")) or "-"
