"""Accounts in their first form: who one is, and that nobody else is."""

import aiohttp
import pytest
import socketio
from azure.data.tables.aio import TableServiceClient

from tests.client import Client, client
from tests.hub.asking import ALICE, send
from tests.hub.conftest import ENGINE_TOKEN, EngineSide, Join


async def test_whoever_registers_can_log_in_speak_and_log_out(hub: str) -> None:
    status, session = await send(hub, "POST", "/api/accounts", json={**ALICE, "email": "a@example.org"})
    assert (status, session["name"], session["isGuest"]) == (201, "Alice", False)
    status, again = await send(hub, "POST", "/api/sessions", json={"name": "alice", "password": "correct horse"})
    assert (status, again["name"]) == (201, "Alice")
    token = str(again["accessToken"])
    async with client(hub, "Alice", token) as alice:
        assert (await alice.join())["you"] == "Alice"
    assert (await send(hub, "DELETE", "/api/sessions/current", token))[0] == 204
    assert (await send(hub, "GET", "/api/channels", token))[0] == 401
    assert (await send(hub, "GET", "/api/channels", str(session["accessToken"])))[0] == 200


async def test_a_name_is_taken_whatever_its_case_and_bots_have_theirs(hub: str, join: Join, engine: EngineSide) -> None:
    await send(hub, "POST", "/api/accounts", json=ALICE)
    person = await join(hub, "someone")
    await engine.wake()
    await person.until(lambda heard: heard.is_awake("EchoBot"))
    for path, form in (
        ("/api/accounts", {"name": "ALICE", "password": "another one"}),
        ("/api/guests", {"name": "alice"}),
        ("/api/guests", {"name": "echobot"}),
    ):
        status, problem = await send(hub, "POST", path, json=form)
        assert (status, problem["code"]) == (409, "name_taken")


@pytest.mark.parametrize("name", ["deleted", "Admin", "SYSTEM"])
async def test_nobody_is_called_like_the_house_itself(hub: str, name: str) -> None:
    for path, form in (("/api/accounts", {**ALICE, "name": name}), ("/api/guests", {"name": name})):
        status, problem = await send(hub, "POST", path, json=form)
        assert (status, problem["code"]) == (409, "name_taken")


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        ("/api/sessions", {"name": "Alice", "password": "wrong"}, 401, "invalid_credentials"),
        ("/api/sessions", {"name": "nobody/../", "password": "wrong"}, 401, "invalid_credentials"),
        ("/api/accounts", {"name": "Bob", "password": "short"}, 422, "invalid_form"),
        ("/api/accounts", {"name": "<b>Bob</b>", "password": "long enough"}, 422, "invalid_form"),
        ("/api/accounts", {"name": "Bob", "password": "long enough", "isAdmin": True}, 422, "invalid_form"),
        ("/api/accounts", [1, 2], 422, "invalid_form"),
        ("/api/nothing", {}, 404, "not_found"),
    ],
)
async def test_a_form_that_does_not_fit_is_refused_by_name(
    hub: str, path: str, form: object, status: int, code: str
) -> None:
    await send(hub, "POST", "/api/accounts", json=ALICE)
    answer, problem = await send(hub, "POST", path, json=form)
    assert (answer, problem["code"]) == (status, code)
    assert "short" not in str(problem["detail"])


async def test_a_body_that_is_no_json_is_a_bad_request(hub: str) -> None:
    status, problem = await send(
        hub, "POST", "/api/sessions", data=aiohttp.BytesPayload(b"\xff{", content_type="application/json")
    )
    assert (status, problem["code"]) == (400, "bad_request")


async def test_the_doorbell_opens_to_the_engines_token_alone(hub: str) -> None:
    for token, may in ((ENGINE_TOKEN, True), ("something else", False)):
        bell = socketio.AsyncClient(reconnection=False)
        try:
            await bell.connect(hub, namespaces=["/engine"], auth={"token": token}, transports=["websocket"])
        except socketio.exceptions.ConnectionError:
            assert not may
        else:
            assert may
        await bell.disconnect()


async def test_the_password_is_nowhere_in_the_tables(hub: str, connection_string: str) -> None:
    await send(hub, "POST", "/api/accounts", json=ALICE)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        rows = [str(row) async for row in tables.get_table_client("accounts").list_entities()]
    assert len(rows) == 2
    assert not any("correct horse" in row for row in rows)
    assert sum("$argon2id$" in row for row in rows) == 1


async def test_nobody_shares_before_saying_so_and_everybody_may_change_their_mind(hub: str) -> None:
    token = str((await send(hub, "POST", "/api/accounts", json=ALICE))[1]["accessToken"])
    assert await send(hub, "GET", "/api/account", token) == (
        200,
        {
            "name": "Alice",
            "isGuest": False,
            "isAdmin": False,
            "hasPassword": True,
            "providers": [],
            "sharesForTraining": False,
        },
    )
    for wish in (True, True, False):
        status, card = await send(hub, "PATCH", "/api/account", token, json={"sharesForTraining": wish})
        assert (status, card["sharesForTraining"]) == (200, wish)
        assert (await send(hub, "GET", "/api/account", token))[1] == card
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 201


@pytest.mark.parametrize("wish", [{}, {"sharesForTraining": "yes"}, {"sharesForTraining": 1}, {"name": "Bob"}])
async def test_only_true_is_agreement(hub: str, wish: dict[str, object]) -> None:
    token = str((await send(hub, "POST", "/api/accounts", json=ALICE))[1]["accessToken"])
    status, problem = await send(hub, "PATCH", "/api/account", token, json=wish)
    assert (status, problem["code"]) == (422, "invalid_form")
    assert (await send(hub, "GET", "/api/account", token))[1]["sharesForTraining"] is False


async def test_a_guest_cannot_agree_and_nobody_for_somebody_else(hub: str) -> None:
    guest = str((await send(hub, "POST", "/api/guests", json={"name": "Bob"}))[1]["accessToken"])
    status, problem = await send(hub, "PATCH", "/api/account", guest, json={"sharesForTraining": True})
    assert (status, problem["code"]) == (403, "forbidden")
    assert "guest" in str(problem["detail"])
    assert (await send(hub, "GET", "/api/account", guest))[1]["isGuest"] is True
    for method, body in (("GET", None), ("PATCH", {"sharesForTraining": True})):
        assert (await send(hub, method, "/api/account", "forged", json=body))[0] == 401


async def test_an_account_from_before_there_was_sharing_does_not_share(hub: str, connection_string: str) -> None:
    token = str((await send(hub, "POST", "/api/accounts", json=ALICE))[1]["accessToken"])
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        row = await accounts.get_entity("account", "alice")
        assert ',"sharesForTraining":false' in row["body0"]
        row["body0"] = row["body0"].replace(',"sharesForTraining":false', "")
        await accounts.upsert_entity(row)
    assert (await send(hub, "GET", "/api/account", token))[1]["sharesForTraining"] is False


async def test_presence_names_each_person_once_until_the_last_tab_closes(hub: str, join: Join) -> None:
    alice = await join(hub)
    async with client(hub, "alice", alice.token) as second_tab:
        assert (await second_tab.join())["present"] == ["alice"]
    bob = await join(hub, "bob")
    assert (await alice.join())["present"] == ["alice", "bob"]
    await bob.call("Disconnect", channel="CoopAndPabloPlayHouse")
    await alice.until(lambda person: last(person, "Presence") == ["alice"])


async def test_many_arrivals_are_told_in_few_words(hub: str, join: Join) -> None:
    alice = await join(hub)
    names = [f"guest{number:02}" for number in range(20)]
    for name in names:
        await join(hub, name)
    await alice.until(lambda person: last(person, "Presence") == ["alice", *names])
    assert sum(event == "Presence" for event, _ in alice.others) < len(names)


async def test_typing_is_heard_by_the_others_only(hub: str, join: Join) -> None:
    alice, bob = await join(hub), await join(hub, "bob")
    assert (await alice.call("Typing", channel="CoopAndPabloPlayHouse"))["ok"]
    await bob.until(lambda person: any(event == "Typing" for event, _ in person.others))
    assert not any(event == "Typing" for event, _ in alice.others)


def last(person: Client, event: str) -> object:
    heard = [data["present"] for name, data in person.others if name == event]
    return heard[-1] if heard else None
