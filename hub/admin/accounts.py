"""Accounts in a terminal: who there is, who is an administrator, who may come in, and who goes."""

from pydantic import SecretStr, ValidationError

from contracts.accounts import Register
from hub.accounts.accounts import Accounts
from hub.accounts.rows import Account
from hub.admin import parts
from hub.admin.asking import confirm, new_password
from hub.admin.desk import Desk, day
from hub.admin.memberships import Membership, memberships, person_of
from hub.errors import BadRequestError
from hub.rooms.members import Members

LONGEST_NAME = 32


async def show(desk: Desk, *, only_admins: bool) -> None:
    """One line each, printed as they are read: there may be many thousands."""
    print(f"{'name':<{LONGEST_NAME}}  since (UTC)")
    async for account in (await parts.accounts(desk)).people.each():
        if account.is_admin or not only_admins:
            print(f"{account.name:<{LONGEST_NAME}}  {day(account.created_at)}  {_kind(account)}".rstrip())


async def show_one(desk: Desk, name: str) -> None:
    """What is known of one. Raises NotFoundError."""
    accounts = await parts.accounts(desk)
    account = await parts.account(accounts, name)
    for line in await _facts(accounts, account):
        print(line)
    for one in await memberships(await parts.channels(desk), Members(desk.tables.channels), account):
        print(f"channel   {one.channel}: {_place(one)}")


async def make_admin(desk: Desk, name: str) -> None:
    """Make somebody an administrator, and the account if there is none. Raises HubError.

    Hubs believe it from the next refresh of a session on, within a quarter of an hour, or after a new log-in.
    """
    accounts = await parts.accounts(desk)
    if await accounts.people.find(name) is None:
        made = await accounts.create(_form(name, new_password(name)))
        print(f"{made.name} has an account now.")
    await accounts.make_admin(name)
    print(f"{name} is an administrator, from the next log-in on, or within a quarter of an hour.")


async def unmake_admin(desk: Desk, name: str) -> None:
    """Make an administrator a person like others. Raises NotFoundError. When hubs know it: see `lock`."""
    await (await parts.accounts(desk)).make_admin(name, is_admin=False)
    print(f"{name} is no administrator, and has to log in again.")


async def lock(desk: Desk, name: str) -> None:
    """Let nobody in by an account. Raises NotFoundError.

    Hubs that hear the news end what is open at once; without Redis each call is refused after `TRUSTED_S`, and a
    connection that only listens is closed after `LOOK_AGAIN_EVERY_S`.
    """
    await (await parts.accounts(desk)).lock(name)
    print(f"{name} is locked: refused within seconds; a connection that only listens ends within a minute.")


async def unlock(desk: Desk, name: str) -> None:
    """Open a locked account again. Raises NotFoundError."""
    await (await parts.accounts(desk)).unlock(name)
    print(f"{name} is open again.")


async def delete(desk: Desk, name: str, *, yes: bool) -> None:
    """Delete an account as its owner could. Raises NotFoundError or BadRequestError.

    It is closed when this returns. Any hub that runs, or that starts later, takes the name out of all channels.
    """
    accounts = await parts.accounts(desk)
    account = await parts.account(accounts, name)
    confirm(account.name, yes=yes)
    await accounts.remove(account)
    print(f"{account.name} is closed; a hub takes the name out of all channels, and frees it within some minutes.")


def _form(name: str, password: SecretStr) -> Register:
    try:
        return Register(name=name, password=password)
    except ValidationError as error:
        raise BadRequestError(
            f"A name has 2 to {LONGEST_NAME} letters, digits, - or _, and a password 8 to 256 characters."
        ) from error


async def _facts(accounts: Accounts, account: Account) -> list[str]:
    person = person_of(account)
    sessions, keys = await accounts.sessions.cards(person), await accounts.keys.cards(person)
    refreshed = max((session.refreshed_at for session in sessions), default=None)
    last_seen = "" if refreshed is None else f", last used {day(refreshed)}"
    return [
        f"name      {account.name}",
        f"since     {day(account.created_at)} UTC",
        f"kind      {_kind(account) or 'account'}",
        f"e-mail    {account.email or 'none'}",
        f"password  {'yes' if account.password_hash is not None else 'none'}",
        f"sessions  {len(sessions)}{last_seen}",
        *(f"key       {key.key_id} {key.name} ({', '.join(key.scopes)})" for key in keys),
        *(f"identity  {one.provider}: {one.subject} at {one.issuer}" for one in account.identities),
    ]


def _kind(account: Account) -> str:
    said = {
        "guest": account.is_guest,
        "administrator": account.is_admin,
        "locked": account.is_closed,
        "being deleted": account.is_leaving,
    }
    return ", ".join(word for word, holds in said.items() if holds)


def _place(one: Membership) -> str:
    said = {
        one.role or "no member": True,
        f"muted until {day(one.muted_until or 0)}": one.muted_until is not None,
        "banned": one.banned,
        f"read to {one.last_read}": one.last_read is not None,
    }
    return ", ".join(word for word, holds in said.items() if holds)
