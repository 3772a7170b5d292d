"""Keys for programs: shown once, able to do what they say and no more, and over when their owner says so."""

import pytest
import socketio
from azure.data.tables.aio import TableServiceClient

from hub.clock import now_ms
from tests.client import HOME, client
from tests.hub.asking import ALICE, send, token_of
from tests.hub.conftest import StartHub

POST = {"channel": HOME, "text": "hello", "clientId": "12345678"}


async def make(hub: str, token: str, **form: object) -> tuple[str, str]:
    """A new key and its id."""
    status, body = await send(hub, "POST", "/api/account/keys", token, json={"name": "listener", **form})
    assert status == 201, body
    return body["key"], body["card"]["keyId"]


async def test_a_key_is_a_bearers_token_at_http_and_at_the_socket(hub: str) -> None:
    key, _ = await make(hub, await token_of(hub))
    assert key.startswith("pph_Alice.")
    assert (await send(hub, "GET", "/api/channels", key))[0] == 200
    async with client(hub, "Alice", key) as program:
        await program.join()
        assert (await program.call("ReceiveMessage", **POST))["message"]["sender"] == "Alice"


async def test_a_key_is_shown_once_and_stored_as_a_hash(hub: str, connection_string: str) -> None:
    token = await token_of(hub)
    key, key_id = await make(hub, token, scopes=["read", "read"], expiresAt=now_ms() + 60_000)
    (card,) = (await send(hub, "GET", "/api/account/keys", token))[1]["keys"]
    assert (card["keyId"], card["name"], card["scopes"], card["lastUsedAt"]) == (key_id, "listener", ["read"], None)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        rows = [str(row) async for row in tables.get_table_client("accounts").list_entities()]
    assert any(key_id in row for row in rows)
    assert not any(key[-40:] in row for row in rows)


async def test_the_day_of_the_last_use_is_noted(hub: str) -> None:
    token = await token_of(hub)
    key, _ = await make(hub, token)
    await send(hub, "GET", "/api/channels", key)
    (card,) = (await send(hub, "GET", "/api/account/keys", token))[1]["keys"]
    assert card["lastUsedAt"] in (now_ms() // 86_400_000 * 86_400_000, now_ms() // 86_400_000 * 86_400_000 - 86_400_000)


async def test_a_key_does_what_its_scopes_say(hub: str) -> None:
    token = await token_of(hub)
    reader, _ = await make(hub, token, scopes=["read"])
    writer, _ = await make(hub, token, scopes=["write"])
    usual, _ = await make(hub, token)
    async with client(hub, "Alice", reader) as program:
        await program.join()
        assert (await program.call("ReceiveMessage", **POST))["error"]["code"] == "forbidden"
        assert (await program.call("Typing", channel=HOME))["error"]["code"] == "forbidden"
        assert (await program.call("Disconnect", channel=HOME))["ok"]
    assert (await send(hub, "GET", "/api/channels", writer))[0] == 403
    with pytest.raises(socketio.exceptions.ConnectionError):
        await socketio.AsyncClient(reconnection=False).connect(hub, auth={"token": writer}, transports=["websocket"])
    for key in (reader, usual):
        assert (await send(hub, "PATCH", "/api/account", key, json={"sharesForTraining": True}))[0] == 403
        assert (await send(hub, "GET", "/api/sessions", key))[0] == 403
        assert (await send(hub, "GET", "/api/account/keys", key))[0] == 403


async def test_not_even_a_key_for_the_account_makes_keys_or_changes_or_deletes_it(hub: str) -> None:
    key, _ = await make(hub, await token_of(hub), scopes=["account"])
    assert (await send(hub, "PATCH", "/api/account", key, json={"sharesForTraining": True}))[0] == 200
    passwords = {"current": "correct horse", "new": "battery staple"}
    for method, path, body in (
        ("POST", "/api/account/keys", {"name": "another"}),
        ("POST", "/api/account/password", passwords),
        ("DELETE", "/api/account", {"password": "correct horse"}),
    ):
        assert (await send(hub, method, path, key, json=body))[0] == 403


async def test_a_revoked_key_is_over_at_once_also_for_its_sockets(hub: str) -> None:
    token = await token_of(hub)
    key, key_id = await make(hub, token)
    other, _ = await make(hub, token)
    async with client(hub, "Alice", key) as program:
        assert (await send(hub, "DELETE", f"/api/account/keys/{key_id}", token))[0] == 204
        await program.gone()
    assert [(await send(hub, "GET", "/api/channels", each))[0] for each in (key, other)] == [401, 200]
    assert (await send(hub, "DELETE", f"/api/account/keys/{key_id}", token))[0] == 404


async def test_nobody_revokes_or_sees_somebody_elses_keys(hub: str) -> None:
    key, key_id = await make(hub, await token_of(hub))
    bob = await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"})
    for wrong in (key_id, "nothing", "..%2Fkey!alice", f"{key_id}%23"):
        assert (await send(hub, "DELETE", f"/api/account/keys/{wrong}", bob))[0] == 404
    assert (await send(hub, "GET", "/api/account/keys", bob))[1]["keys"] == []
    assert (await send(hub, "GET", "/api/channels", key))[0] == 200


async def test_a_key_expires(hub: str, connection_string: str) -> None:
    token = await token_of(hub)
    expires_at = now_ms() + 3_600_000
    key, key_id = await make(hub, token, expiresAt=expires_at)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        row = await accounts.get_entity("key!alice", key_id)
        row["body0"] = row["body0"].replace(str(expires_at), "1")
        await accounts.upsert_entity(row)
    assert (await send(hub, "GET", "/api/channels", key))[0] == 401
    assert (await send(hub, "POST", "/api/account/keys", token, json={"name": "x", "expiresAt": 1}))[0] == 400


async def test_a_key_that_is_not_quite_one_opens_nothing(hub: str) -> None:
    key, _ = await make(hub, await token_of(hub))
    await send(hub, "GET", "/api/channels", key)
    for wrong in (
        key[:-1],
        key[:-1] + ("a" if key[-1] != "a" else "b"),
        key + "a",
        key.replace("Alice", "Bob"),
        "pph_",
    ):
        assert (await send(hub, "GET", "/api/channels", wrong))[0] == 401


async def test_guests_have_no_keys_and_nobody_has_hundreds(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_keys="off")
    guest = await token_of(hub, "/api/guests", {"name": "wanderer"})
    assert (await send(hub, "POST", "/api/account/keys", guest, json={"name": "x"}))[0] == 403
    token = await token_of(hub)
    made = [(await send(hub, "POST", "/api/account/keys", token, json={"name": "x"}))[0] for _ in range(21)]
    assert (made[:20], made[20]) == ([201] * 20, 409)


async def test_without_guests_nobody_comes_in_by_a_name_alone(start_hub: StartHub) -> None:
    hub = await start_hub(hub_guests="off")
    assert (await send(hub, "GET", "/api/doors"))[1] == {"guests": False, "providers": []}
    status, problem = await send(hub, "POST", "/api/guests", json={"name": "wanderer"})
    assert (status, problem["detail"]) == (403, "This house takes no guests; please make an account.")
    await token_of(hub)
