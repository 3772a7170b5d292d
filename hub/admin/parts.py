"""Parts of a hub's domain for one command: the same code on the same tables, and no loops."""

import secrets
from functools import partial

from pydantic import SecretStr

from contracts.message import Message
from hub.accounts.accounts import Accounts
from hub.accounts.ended import tell_ended
from hub.accounts.rows import Account
from hub.accounts.tokens import Tokens
from hub.admin.desk import Desk
from hub.bots import Bots
from hub.errors import NotFoundError
from hub.log.archive import Archive
from hub.rooms.channels import Channels, watch_nothing


async def accounts(desk: Desk) -> Accounts:
    """Accounts to look at and to change. No session is opened here, so the secret of the tokens is of no use."""
    bots = Bots(desk.tables.bots, lambda _statuses: None)
    await bots.read()
    tokens = Tokens(SecretStr(secrets.token_urlsafe(32)))
    return Accounts(
        desk.tables.accounts, tokens, lambda name: bots.find(name) is not None, partial(tell_ended, desk.news)
    )


async def account(among: Accounts, name: str) -> Account:
    """Raises NotFoundError."""
    found = await among.people.find(name)
    if found is None:
        raise NotFoundError(f"There is no account called {name}.")
    return found


async def channels(desk: Desk) -> Channels:
    """All channels as they are now."""
    found = Channels(desk.tables.channels, watch_nothing)
    await found.refresh()
    return found


def archive(desk: Desk) -> Archive:
    """The messages. What is changed here is broadcast by nobody: who has a channel open sees the gap and catches up."""

    def broadcast_nothing(_channel: str, _messages: tuple[Message, ...]) -> None:
        return

    return Archive(desk.tables.messages, broadcast_nothing)
