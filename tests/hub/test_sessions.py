"""Sessions: refreshed again and again, stolen once, ended everywhere at once."""

import asyncio
import re

from azure.data.tables.aio import TableServiceClient

from contracts.accounts import Session
from hub.accounts.sessions import GRACE_MS
from tests.client import client
from tests.hub.asking import ALICE, send, session_for, token_of
from tests.hub.conftest import StartHub
from tests.services import Redis


async def refreshed(hub: str, token: str | None) -> Session | int:
    """The session after a refresh, or the status of the refusal."""
    status, body = await send(hub, "POST", "/api/sessions/refresh", json={"refreshToken": token})
    return Session.model_validate(body) if status == 200 else status


async def change_rows(connection_string: str, what: str, by_ms: int) -> None:
    """Move a time in all rows of sessions, as if it had passed."""
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        async for row in accounts.list_entities():
            if row["PartitionKey"].startswith("session!"):
                row["body0"] = re.sub(rf'"{what}":(\d+)', lambda at: f'"{what}":{int(at[1]) + by_ms}', row["body0"])
                await accounts.upsert_entity(row)


async def good(hub: str, token: str | None) -> bool:
    return (await send(hub, "GET", "/api/account", token))[0] == 200


async def test_a_refresh_gives_new_tokens_and_the_same_session(hub: str) -> None:
    first = await session_for(hub)
    second = await refreshed(hub, first.refresh_token)
    assert isinstance(second, Session)
    assert second.refresh_token != first.refresh_token
    assert (second.name, second.is_guest, second.is_admin) == ("Alice", False, False)
    assert await good(hub, second.access_token)
    assert len((await send(hub, "GET", "/api/sessions", second.access_token))[1]["sessions"]) == 1


async def test_an_old_refresh_token_ends_the_session_for_the_thief_and_the_owner(
    hub: str, connection_string: str
) -> None:
    first = await session_for(hub)
    second = await refreshed(hub, first.refresh_token)
    assert isinstance(second, Session)
    await change_rows(connection_string, "refreshedAt", -GRACE_MS - 1)
    async with client(hub, "Alice", second.access_token) as alice:
        assert await refreshed(hub, first.refresh_token) == 401
        await alice.gone()
    assert await refreshed(hub, second.refresh_token) == 401
    assert not await good(hub, second.access_token)


async def test_one_from_before_the_last_two_ends_the_session_at_once(hub: str) -> None:
    first = await session_for(hub)
    second = await refreshed(hub, first.refresh_token)
    assert isinstance(second, Session)
    third = await refreshed(hub, second.refresh_token)
    assert isinstance(third, Session)
    assert await refreshed(hub, first.refresh_token) == 401
    assert await refreshed(hub, third.refresh_token) == 401


async def test_tabs_that_refresh_at_once_hold_the_same_session(hub: str) -> None:
    first = await session_for(hub)
    tabs = await asyncio.gather(*(refreshed(hub, first.refresh_token) for _ in range(4)))
    tokens = {tab.refresh_token for tab in tabs if isinstance(tab, Session)}
    assert len(tabs) == 4
    assert len(tokens) == 1
    assert isinstance(await refreshed(hub, tokens.pop()), Session)


async def test_a_session_that_nobody_refreshes_expires(hub: str, connection_string: str) -> None:
    session = await session_for(hub)
    await change_rows(connection_string, "expiresAt", -31 * 86_400_000)
    assert await refreshed(hub, session.refresh_token) == 401
    await session_for(hub, "/api/sessions")
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        rows = tables.get_table_client("accounts").query_entities("PartitionKey eq 'session!alice'")
        assert len([row async for row in rows]) == 1


async def test_a_guests_session_is_not_prolonged(hub: str) -> None:
    first = await session_for(hub, "/api/guests", {"name": "wanderer"})
    second = await refreshed(hub, first.refresh_token)
    assert isinstance(second, Session)
    assert second.is_guest
    assert second.refresh_expires_at == first.refresh_expires_at


async def test_no_other_token_is_a_refresh_token(hub: str) -> None:
    session = await session_for(hub)
    for token in (session.access_token, "", "a.b", "alice.x/../y.z", f"alice.{session.refresh_token}", None):
        assert await refreshed(hub, token) in (401, 403)
    assert (await send(hub, "GET", "/api/account", session.refresh_token))[0] == 401


async def test_one_sees_where_one_is_logged_in_and_logs_out_everywhere(hub: str) -> None:
    here, there = await token_of(hub), await token_of(hub, "/api/sessions")
    bob = await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"})
    sessions = (await send(hub, "GET", "/api/sessions", there))[1]["sessions"]
    assert [one["isCurrent"] for one in sessions] in ([True, False], [False, True])
    assert all(one["openedAt"] <= one["refreshedAt"] < one["expiresAt"] for one in sessions)
    async with client(hub, "Alice", here) as alice:
        assert (await send(hub, "DELETE", "/api/sessions", there))[0] == 204
        await alice.gone()
    assert [await good(hub, token) for token in (here, there, bob)] == [False, False, True]


async def test_logging_out_ends_one_session_and_its_open_sockets(hub: str) -> None:
    here, there = await token_of(hub), await token_of(hub, "/api/sessions")
    async with client(hub, "Alice", here) as one, client(hub, "Alice", there) as other:
        assert (await send(hub, "DELETE", "/api/sessions/current", here))[0] == 204
        await one.gone()
        assert (await other.join())["you"] == "Alice"
    assert [await good(hub, token) for token in (here, there)] == [False, True]


async def test_logging_out_is_heard_by_the_other_hubs(start_hub: StartHub, redis_server: Redis) -> None:
    url = redis_server.address
    first, second = await start_hub(hub_redis_url=url), await start_hub(hub_redis_url=url)
    token = await token_of(first)
    async with client(second, "Alice", token) as alice:
        assert (await alice.join())["you"] == "Alice"
        assert (await send(first, "DELETE", "/api/sessions/current", token))[0] == 204
        await alice.gone()
    assert not await good(second, token)
