"""An administrator's commands for accounts, beside a hub that runs."""

import re

import pytest
from pydantic import SecretStr

from tests.client import client
from tests.hub.asking import ALICE, send, session_for, token_of
from tests.hub.conftest import Command, Join, StartHub
from tests.hub.rooms import ROOM, account, create, said
from tests.services import Redis

PASSWORD = ALICE["password"]


@pytest.fixture(autouse=True)
def quick_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.accounts.farewell.EVERY_S", 0.2)


async def test_the_first_administrator_is_made_with_a_password_as_good_as_anybodys(hub: str, command: Command) -> None:
    assert "among the first" in await command("make-admin", "Alice", status=1, typed="password\n")
    assert "There is no account" in await command("account", "Alice", status=1)
    assert "8 to 256" in await command("make-admin", "Alice", status=1, typed="short\n")
    assert "is taken" in await command("make-admin", "root", status=1, typed=f"{PASSWORD}\n")
    await command("make-admin", "Alice", typed=f"{PASSWORD}\n")
    assert (await session_for(hub, "/api/sessions")).is_admin


async def test_an_account_that_is_there_becomes_an_administrator_and_none_again(hub: str, command: Command) -> None:
    await token_of(hub)
    await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"})
    await command("make-admin", "alice")
    assert re.findall(r"^(\w+) .* administrator$", await command("accounts", "--admins"), re.MULTILINE) == ["Alice"]
    session = await session_for(hub, "/api/sessions")
    assert session.is_admin
    await command("unmake-admin", "Alice")
    assert "administrator" not in await command("accounts")
    assert not (await session_for(hub, "/api/sessions")).is_admin
    assert (await send(hub, "POST", "/api/sessions/refresh", json={"refreshToken": session.refresh_token}))[0] == 401


async def test_a_guest_and_who_is_leaving_become_no_administrator(hub: str, command: Command) -> None:
    await token_of(hub)
    await token_of(hub, "/api/guests", {"name": "wanderer"})
    assert "guest" in await command("make-admin", "wanderer", status=1)
    await command("delete-account", "Alice", "--yes")
    assert "being deleted" in await command("make-admin", "Alice", status=1)


async def test_all_accounts_are_listed_and_one_is_told_whole(hub: str, join: Join, command: Command) -> None:
    form = {**ALICE, "email": "alice@example.org"}
    token = await token_of(hub, "/api/accounts", form)
    await token_of(hub, "/api/guests", {"name": "wanderer"})
    await send(hub, "POST", "/api/account/keys", token, json={"name": "listener"})
    await create(await join(hub, "Alice", token=token))
    listed = await command("accounts")
    assert [line.split()[0] for line in listed.splitlines()] == ["name", "Alice", "wanderer"]
    assert listed.splitlines()[2].endswith("guest")
    shown = await command("account", "ALICE")
    for fact in ("e-mail    alice@example.org", "password  yes", "listener (read, write)", f"channel   {ROOM}: owner"):
        assert fact in shown
    assert re.search(r"^sessions  1, last used", shown, re.MULTILINE)
    assert "argon2" not in shown


async def test_a_locked_account_lets_nobody_in_until_it_is_unlocked(hub: str, command: Command) -> None:
    await token_of(hub)
    await command("lock", "Alice")
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 403
    assert "locked" in await command("account", "Alice")
    await command("unlock", "alice")
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 201
    assert "There is no account" in await command("lock", "nobody", status=1)


async def test_over_redis_a_hub_puts_out_at_once_who_is_locked(
    redis_server: Redis, start_hub: StartHub, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await start_hub(hub_redis_url=SecretStr(redis_server.address))
    monkeypatch.setenv("HUB_REDIS_URL", redis_server.address)
    await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"})
    async with client(hub, "Alice", await token_of(hub)) as alice:
        await alice.join()
        # Without news it would look again after a minute, longer than this waits.
        await command("lock", "Alice")
        await alice.gone()
        redis_server.stop()
        assert "Redis is away" in await command("lock", "Bob")


async def test_an_account_is_deleted_by_a_hub_when_its_name_was_written_again(
    hub: str, join: Join, command: Command
) -> None:
    alice, bob = await account(hub, join, "Alice"), await join(hub, "bob")
    one = await said(alice, "hello", "CoopAndPabloPlayHouse")
    for typed in ("alic\n", ""):
        assert "nothing was deleted" in await command("delete-account", "alice", status=1, typed=typed)
    assert (await send(hub, "GET", "/api/account", alice.token))[0] == 200
    await command("delete-account", "alice", typed="Alice\n")
    await bob.until(lambda heard: heard.messages[one].sender == "deleted")
    assert "being deleted" in await command("account", "alice")
