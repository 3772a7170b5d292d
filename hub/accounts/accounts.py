"""What one can do with accounts: register, log in, enter as a guest, change, close, leave."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from argon2 import PasswordHasher
from azure.data.tables.aio import TableClient
from pydantic import SecretStr

from contracts.accounts import (
    AccountCard,
    ChangeAccount,
    ChangePassword,
    DeleteAccount,
    EnterAsGuest,
    LogIn,
    Register,
    Session,
)
from hub.accounts.api_keys import PREFIX, ApiKeys
from hub.accounts.identities import Identities
from hub.accounts.passwords import Passwords
from hub.accounts.people_table import PeopleTable
from hub.accounts.rows import LEAVING, Account, Identity, Leaving, name_key
from hub.accounts.sessions import DAY_MS, Sessions, TellEnded
from hub.accounts.tokens import Tokens
from hub.clock import now_ms
from hub.errors import ForbiddenError, InvalidCredentialsError
from hub.log.rows import row
from hub.people import Person

log = logging.getLogger(__name__)

# A guest's name is free again after this time.
GUEST_MS: Final = 7 * DAY_MS
# Who has no password shows by a fresh session who is asking.
FRESH_MS: Final = 10 * 60_000
CLOSED: Final = "This account was closed by an administrator."


class Accounts:
    """The people of the playhouse. `tell_ended` passes on which sessions and keys have ended."""

    def __init__(
        self,
        table: TableClient,
        tokens: Tokens,
        is_bot: Callable[[str], bool],
        tell_ended: TellEnded,
        *,
        with_guests: bool = True,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._table = table
        self._with_guests = with_guests
        self._passwords = Passwords(hasher or PasswordHasher())
        self.people = PeopleTable(table, is_bot)
        self.sessions = Sessions(table, self.people, tokens, tell_ended)
        self.keys = ApiKeys(table, self.people, tell_ended)
        self.identities = Identities(table, self.people)
        # Set when a row of `leaving` is new.
        self.someone_leaves = asyncio.Event()

    def heard_ended(self, ids: tuple[str, ...]) -> None:
        """Sessions and keys that are worth nothing from now on."""
        self.sessions.heard_ended(ids)
        self.keys.heard_ended(ids)

    async def register(self, form: Register) -> Session:
        """A new account and its first session. Raises WeakPasswordError or NameTakenError."""
        return await self.sessions.open(await self.create(form))

    async def create(self, form: Register) -> Account:
        """A new account. Raises WeakPasswordError or NameTakenError."""
        password_hash = await self._passwords.hash(form.password, form.name)
        account = Account(
            name=form.name, password_hash=password_hash, email=form.email, created_at=now_ms(), free_again_at=None
        )
        await self.people.insert(account)
        log.info("%s registered", account.name)
        return account

    async def log_in(self, form: LogIn) -> Session:
        """A session for an account. Raises InvalidCredentialsError, the same for a wrong name and a wrong password.

        That an account is closed is told to those alone who know its password.
        """
        account = await self.people.find(form.name)
        if not await self._is_right(account, form.password) or account is None or account.is_leaving:
            raise InvalidCredentialsError("The name or the password is wrong.")
        return await self._let_in(account)

    async def enter(self, form: EnterAsGuest) -> Session:
        """A session without an account. Raises ForbiddenError or NameTakenError."""
        if not self._with_guests:
            raise ForbiddenError("This house takes no guests; please make an account.")
        now = now_ms()
        account = Account(name=form.name, password_hash=None, email=None, created_at=now, free_again_at=now + GUEST_MS)
        await self.people.insert(account)
        return await self.sessions.open(account)

    async def sign_in(self, identity: Identity, wanted_name: str) -> Session:
        """A session for whom somebody else vouches; a new account at the first time. Raises ForbiddenError."""
        return await self._let_in(await self.identities.account(identity, wanted_name))

    async def person(self, token: str) -> Person:
        """Who bears an access token or a key. Raises UnauthorizedError."""
        return await (self.keys if token.startswith(PREFIX) else self.sessions).person(token)

    async def stands(self, person: Person) -> bool:
        """Whether what a person came in with is still good."""
        return await (self.keys if person.is_program else self.sessions).stands(person)

    async def card(self, person: Person) -> AccountCard:
        """What a person may know of the own account. Raises UnauthorizedError."""
        return _card(await self.people.own(person))

    async def change(self, person: Person, form: ChangeAccount) -> AccountCard:
        """Change the own account. Raises ForbiddenError for guests, and ConflictError when other changes won."""
        if (await self.people.own(person)).is_guest:
            raise ForbiddenError("Only an account can agree to this: a guest's name passes to others.")
        update = {"shares_for_training": form.shares_for_training}
        return _card(await self.people.change(person.name, lambda account: account.model_copy(update=update)))

    async def change_password(self, person: Person, form: ChangePassword) -> None:
        """A new password; all other sessions end. Raises InvalidCredentialsError or WeakPasswordError."""
        account = await self.people.own(person)
        if not await self._is_right(account, form.current):
            raise InvalidCredentialsError("The present password is wrong.")
        password_hash = await self._passwords.hash(form.new, person.name)
        await self.people.change(person.name, lambda now: now.model_copy(update={"password_hash": password_hash}))
        log.info("%s changed the password", person.name)
        await self.sessions.end_all(person.name, but=person.session_id)

    async def leave(self, person: Person, form: DeleteAccount) -> None:
        """Delete the own account: at once nobody can use it, and soon nothing names it.

        Raises InvalidCredentialsError or ForbiddenError.
        """
        account = await self.people.own(person)
        await self._require_owner(account, person, form.password)
        await self.remove(account)

    async def remove(self, account: Account) -> None:
        """Delete an account; the row that this leaves is finished by `Farewell`, also after a crash."""
        leaving = Leaving(name=account.name, since=account.created_at, asked_at=now_ms())
        await self._table.upsert_entity(row(LEAVING, name_key(account.name), leaving))
        await self.shut(account)
        self.someone_leaves.set()

    async def shut(self, account: Account) -> None:
        """Let nobody in by this account any more, and forget what it holds of its owner but the name."""
        nothing = {"is_leaving": True, "is_admin": False, "password_hash": None, "email": None, "identities": ()}
        await self.identities.forget(account)
        await self.people.change(account.name, lambda now: now.model_copy(update=nothing))
        await self.keys.revoke_all(account.name)
        await self.sessions.end_all(account.name)

    async def make_admin(self, name: str, is_admin: bool = True) -> None:
        """Give an administrator's rights, from the next refresh of a session on, or take them; that ends all sessions.

        Raises NotFoundError, or ForbiddenError for a guest and for an account that is being deleted.
        """
        await self.people.change(name, lambda account: _as_admin(account, is_admin))
        log.info("%s is %s administrator", name, "an" if is_admin else "no")
        if not is_admin:
            await self.sessions.end_all(name)

    async def lock(self, name: str) -> None:
        """Close an account: nobody gets in, and who is in is out. Raises NotFoundError."""
        await self.people.change(name, lambda account: account.model_copy(update={"is_closed": True}))
        await self.sessions.end_all(name)
        await self.keys.interrupt(name)

    async def unlock(self, name: str) -> None:
        """Open a closed account again. Raises NotFoundError."""
        await self.people.change(name, lambda account: account.model_copy(update={"is_closed": False}))

    async def _let_in(self, account: Account) -> Session:
        if account.is_closed:
            raise ForbiddenError(CLOSED)
        await self.sessions.forget_expired(account.name)
        return await self.sessions.open(account)

    async def _is_right(self, account: Account | None, password: SecretStr) -> bool:
        return await self._passwords.is_right(account.password_hash if account else None, password)

    async def _require_owner(self, account: Account, person: Person, password: SecretStr | None) -> None:
        if account.is_guest:
            return
        if account.password_hash is not None:
            if password is None or not await self._is_right(account, password):
                raise InvalidCredentialsError("The password is wrong.")
        elif now_ms() - await self.sessions.opened_at(person) > FRESH_MS:
            raise ForbiddenError("Please sign in once more, and then delete the account within ten minutes.")


def _card(account: Account) -> AccountCard:
    return AccountCard(
        name=account.name,
        is_guest=account.is_guest,
        is_admin=account.is_admin,
        has_password=account.password_hash is not None,
        providers=tuple(identity.provider for identity in account.identities),
        shares_for_training=account.shares_for_training,
    )


def _as_admin(account: Account, is_admin: bool) -> Account:
    if account.is_guest and is_admin:
        raise ForbiddenError("A guest cannot be an administrator: the name passes to others.")
    if account.is_leaving and is_admin:
        raise ForbiddenError("This account is being deleted.")
    return account.model_copy(update={"is_admin": is_admin})
