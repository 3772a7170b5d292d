"""Administrators are made by the domain alone; a closed account lets nobody in, and says so to its owner only."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from pydantic import SecretStr

from contracts.accounts import LogIn, Register
from contracts.storage import open_storage
from hub.accounts.accounts import Accounts
from hub.accounts.tokens import Tokens
from hub.errors import ForbiddenError, NotFoundError, UnauthorizedError
from hub.log.tables import open_tables
from tests.client import PATIENCE_S, client
from tests.hub.asking import ALICE, send, session_for, token_of
from tests.hub.conftest import StartHub


@pytest_asyncio.fixture
async def accounts(connection_string: str) -> AsyncIterator[Accounts]:
    """The accounts as a command beside the hub has them: it shares the tables and nothing else."""
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        tokens = Tokens(SecretStr("another process's secret, long enough"))
        yield Accounts(tables.accounts, tokens, lambda _name: False, lambda _ids: None)


class WaitingHasher(PasswordHasher):
    """Takes as long to verify a password as a test wants."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  the library's name
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE_S)
        return super().verify(hash, password)


async def closed(accounts: Accounts) -> None:
    await accounts.lock("Alice")


async def deleted(accounts: Accounts) -> None:
    account = await accounts.people.find("Alice")
    assert account is not None
    await accounts.remove(account)


async def given_another_password(accounts: Accounts) -> None:
    await accounts.people.change("Alice", lambda account: account.model_copy(update={"password_hash": "another"}))
    await accounts.sessions.end_all("Alice")


@pytest.mark.parametrize("change", [closed, deleted, given_another_password])
async def test_nobody_slips_in_while_the_account_is_being_shut(
    connection_string: str, change: Callable[[Accounts], Awaitable[None]]
) -> None:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        hasher, tokens = WaitingHasher(), Tokens(SecretStr("s" * 40))
        accounts = Accounts(tables.accounts, tokens, lambda _name: False, lambda _ids: None, hasher=hasher)
        await accounts.register(Register(name="Alice", password=SecretStr("correct horse")))
        coming = asyncio.create_task(accounts.log_in(LogIn(name="Alice", password=SecretStr("correct horse"))))
        assert await asyncio.to_thread(hasher.has_begun.wait, PATIENCE_S)
        await change(accounts)
        hasher.may_end.set()
        with pytest.raises(UnauthorizedError):
            await coming
        rows = [str(row["PartitionKey"]) async for row in tables.accounts.list_entities()]
        assert "session!alice" not in rows


async def test_an_administrator_is_one_from_the_next_refresh_on(hub: str, accounts: Accounts) -> None:
    session = await session_for(hub)
    assert not session.is_admin
    await accounts.make_admin("alice")
    status, after = await send(hub, "POST", "/api/sessions/refresh", json={"refreshToken": session.refresh_token})
    assert (status, after["isAdmin"]) == (200, True)
    assert (await send(hub, "GET", "/api/account", after["accessToken"]))[1]["isAdmin"] is True
    await accounts.make_admin("alice", is_admin=False)
    refresh = {"refreshToken": after["refreshToken"]}
    assert (await send(hub, "POST", "/api/sessions/refresh", json=refresh))[0] == 401
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[1]["isAdmin"] is False


async def test_a_key_of_an_administrator_is_no_administrator(hub: str, accounts: Accounts) -> None:
    token = await token_of(hub)
    await accounts.make_admin("Alice")
    key = (await send(hub, "POST", "/api/account/keys", token, json={"name": "x"}))[1]["key"]
    assert (await accounts.keys.person(key)).is_admin is False


async def test_neither_a_guest_nor_nobody_becomes_an_administrator(hub: str, accounts: Accounts) -> None:
    await token_of(hub, "/api/guests", {"name": "wanderer"})
    with pytest.raises(ForbiddenError):
        await accounts.make_admin("wanderer")
    with pytest.raises(NotFoundError):
        await accounts.make_admin("nobody")


async def test_a_closed_account_lets_nobody_in_until_it_is_open_again(hub: str, accounts: Accounts) -> None:
    session = await session_for(hub)
    key = (await send(hub, "POST", "/api/account/keys", session.access_token, json={"name": "x"}))[1]["key"]
    await accounts.lock("alice")
    status, problem = await send(hub, "POST", "/api/sessions", json=ALICE)
    assert (status, problem["detail"]) == (403, "This account was closed by an administrator.")
    wrong = await send(hub, "POST", "/api/sessions", json={**ALICE, "password": "wrong"})
    assert (wrong[0], wrong[1]["code"]) == (401, "invalid_credentials")
    refresh = {"refreshToken": session.refresh_token}
    assert (await send(hub, "POST", "/api/sessions/refresh", json=refresh))[0] == 401
    assert (await send(hub, "GET", "/api/channels", key))[0] == 401
    await accounts.unlock("alice")
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 201
    assert (await send(hub, "GET", "/api/channels", key))[0] == 200


async def test_a_closed_accounts_open_sockets_are_put_out_though_no_news_came(
    start_hub: StartHub, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.live.sockets.LOOK_AGAIN_EVERY_S", 0.1)
    monkeypatch.setattr("hub.accounts.standing.TRUSTED_S", 0.1)
    hub = await start_hub()
    async with client(hub, "Alice", await token_of(hub)) as alice:
        await alice.join()
        await accounts.lock("alice")
        await alice.gone()
