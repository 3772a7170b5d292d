"""Deleting an account: what was written stays, and nothing names who wrote it; also after a crash."""

import asyncio
import json
import re

import pytest
from azure.data.tables.aio import TableServiceClient

from contracts.message import Message
from contracts.storage import open_storage
from hub.accounts.belongings import Belongings
from hub.accounts.farewell import LATECOMERS_MS
from hub.accounts.rows import Leaving
from hub.clock import now_ms
from hub.log.archive import Archive
from hub.log.rows import row
from hub.log.tables import open_tables
from hub.rooms.channels import Channels, watch_nothing
from hub.talk.report_book import ReportBook
from tests.client import HOME, PATIENCE_S, Client, client
from tests.hub.asking import ALICE, send, token_of
from tests.hub.conftest import EngineSide, Join, StartHub, finished
from tests.hub.rooms import ROOM, account, bring, create, eventually, invitation, rows_with, said, told

LEAVE = {"json": {"password": "correct horse"}}


async def everything(connection_string: str) -> dict[str, str]:
    """All rows of all tables, as text."""
    found = {}
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        async for table in tables.list_tables():
            async for entity in tables.get_table_client(table.name).list_entities():
                found[f"{table.name} {entity['PartitionKey']} {entity['RowKey']}"] = json.dumps(
                    dict(entity), default=str
                )
    return found


async def wait_until_unnamed(connection_string: str, name: str) -> None:
    """Until only the account's own rows name somebody."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = await everything(connection_string)
            named = [key for key, text in rows.items() if name in (key + text).lower()]
            if all(key.startswith(("accounts account ", "accounts leaving ")) for key in named):
                return
            await asyncio.sleep(0.2)


async def test_messages_and_votes_stay_and_nothing_names_who_left(
    hub: str, join: Join, engine: EngineSide, connection_string: str
) -> None:
    token = await token_of(hub, "/api/accounts", {**ALICE, "email": "alice@example.org"})
    alice = await join(hub, "Alice", token=token)
    bob = await join(hub, "Bob", token=await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"}))
    await engine.wake()
    await alice.until(lambda heard: heard.is_awake("EchoBot"))
    said = (await alice.post("@EchoBot hello"))["message"]["commentId"]
    job = await engine.thinks()
    await engine.events.send([finished(job).model_copy(update={"prompt": "<|sor u/Alice|>hello"})])
    other = (await bob.post("hi there"))["message"]["commentId"]
    assert (await alice.call("Vote", channel=job.channel, commentId=other, value=1))["up"] == 1
    await bob.until(lambda heard: len(heard.answers()) == 1)
    await send(hub, "POST", "/api/account/keys", token, json={"name": "listener"})
    assert (await send(hub, "DELETE", "/api/account", token, **LEAVE))[0] == 204
    await alice.gone()
    await wait_until_unnamed(connection_string, "alice")
    await bob.until(lambda heard: heard.messages[said].sender == "deleted")
    history = {message.comment_id: message for message in await bob.history()}
    assert (history[said].text, history[said].connection_id) == ("@EchoBot hello", None)
    assert (history[other].sender, history[other].up) == ("Bob", 1)
    assert [message.prompt for message in history.values() if message.is_bot] == [None]
    assert (await bob.call("Vote", channel=job.channel, commentId=said, value=1))["up"] == 1


async def test_who_left_is_called_by_no_message_named_by_no_report_and_has_read_nothing(
    hub: str, join: Join, connection_string: str
) -> None:
    alice, bob = [await account(hub, join, name) for name in ("Alice", "Bob")]
    await create(bob, "public")
    await alice.join(ROOM)
    asked = await said(bob, "@Alice look")
    bad, judged, hers = await said(bob, "buy my eggs"), await said(bob, "cheap eggs"), await said(alice, "no, mine")
    for comment_id in (bad, judged):
        assert await told(alice, "ReportMessage", commentId=comment_id, reason="spam") is True
    assert await told(bob, "ReportMessage", commentId=hers, reason="spam") is True
    assert await told(bob, "ResolveReport", commentId=judged, reporter="Alice", resolution="dismissed") is True
    assert await told(alice, "MarkRead", commentId=bad) is True
    # A mute goes by the name and stays, and so does the row that leads to it.
    assert await told(bob, "Mute", name="Alice", until=now_ms() + 3_600_000) is True
    await bob.until(lambda heard: heard.messages[asked].mentions == ("Alice",))
    assert (await send(hub, "DELETE", "/api/account", alice.token, **LEAVE))[0] == 204
    await bob.until(lambda heard: heard.messages[asked].mentions == ())

    async def are_unnamed() -> bool:
        rows = await everything(connection_string)
        reported = " ".join(key + text for key, text in rows.items() if " report!" in key)
        (mark,) = [text for key, text in rows.items() if " person!alice " in key]
        return "alice" not in reported.lower() and str(bad) not in mark

    await eventually(are_unnamed)
    reports = {one["commentId"]: one for one in (await bob.call("ListReports", channel=ROOM))["reports"]}
    assert (reports[hers]["sender"], reports[hers]["reporter"]) == ("deleted", "Bob")
    assert reports[bad]["reporter"].startswith("deleted-")
    judgement = {"commentId": bad, "reporter": reports[bad]["reporter"], "resolution": "dismissed"}
    assert await told(bob, "ResolveReport", **judgement) is True


async def test_a_moderator_who_left_is_not_named_by_what_was_judged(
    hub: str, join: Join, connection_string: str
) -> None:
    alice, bob = [await account(hub, join, name) for name in ("Alice", "Bob")]
    await create(alice, "public")
    await bob.join(ROOM)
    hers = await said(bob, "buy my eggs")
    carol = await join(hub, "carol", ROOM)
    assert await told(carol, "ReportMessage", commentId=hers, reason="spam") is True
    assert await told(alice, "ResolveReport", commentId=hers, reporter="carol", resolution="dismissed") is True
    assert await rows_with('"resolvedBy":"Alice"', connection_string) != []
    assert (await send(hub, "DELETE", "/api/account", alice.token, **LEAVE))[0] == 204

    async def is_unnamed() -> bool:
        return await rows_with('"resolvedBy":"Alice"', connection_string) == []

    await eventually(is_unnamed)


async def test_bans_and_invitations_of_a_moderator_who_left_hold_without_the_name(
    hub: str, join: Join, connection_string: str
) -> None:
    alice, bob = [await account(hub, join, name) for name in ("alice", "Bob")]
    await create(alice)
    await bring(alice, bob)
    assert await told(alice, "SetRole", name="Bob", role="moderator") is True
    assert await told(bob, "Ban", name="mallory") is True
    token = await invitation(bob, uses=2)
    assert (await send(hub, "DELETE", "/api/account", bob.token, **LEAVE))[0] == 204
    await wait_until_unnamed(connection_string, "bob")
    mallory, carol = [await account(hub, join, name) for name in ("mallory", "carol")]
    assert await told(mallory, "JoinChannel", ROOM, token=token) == "unknown_channel"
    assert await told(carol, "JoinChannel", ROOM, token=token) is True
    listed = (await alice.call("ListInvitations", channel=ROOM))["invitations"]
    assert [(one["madeBy"], one["usesLeft"]) for one in listed] == [("deleted", 1)]


async def test_who_left_cannot_come_back_and_the_name_is_not_free_at_once(hub: str) -> None:
    token, other = await token_of(hub), await token_of(hub, "/api/sessions")
    assert (await send(hub, "DELETE", "/api/account", token, **LEAVE))[0] == 204
    assert [(await send(hub, "GET", "/api/account", each))[0] for each in (token, other)] == [401, 401]
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 401
    assert (await send(hub, "POST", "/api/accounts", json=ALICE))[0] == 409


async def test_who_left_is_not_called_any_more(hub: str, join: Join) -> None:
    token = await token_of(hub)
    bob = await join(hub, "Bob", token=await token_of(hub, "/api/accounts", {**ALICE, "name": "Bob"}))
    said = (await bob.post("are you there, @Alice?"))["message"]
    assert said["mentions"] == ["Alice"]
    assert (await send(hub, "DELETE", "/api/account", token, **LEAVE))[0] == 204
    await bob.until(lambda heard: heard.messages[said["commentId"]].mentions == ())


@pytest.mark.parametrize("password", [None, "wrong"])
async def test_without_the_password_nothing_is_deleted(hub: str, password: str | None) -> None:
    token = await token_of(hub)
    status, problem = await send(hub, "DELETE", "/api/account", token, json={"password": password})
    assert (status, problem["code"]) == (401, "invalid_credentials")
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 201


async def test_a_guest_leaves_without_a_password(hub: str, join: Join) -> None:
    guest = await join(hub, "wanderer")
    bob = await join(hub, "bob")
    said = (await guest.post("hello"))["message"]["commentId"]
    assert (await send(hub, "DELETE", "/api/account", guest.token, json={}))[0] == 204
    await bob.until(lambda heard: heard.messages[said].sender == "deleted")


async def test_what_a_crash_interrupted_is_finished_by_the_next_hub(
    start_hub: StartHub, connection_string: str
) -> None:
    first = await start_hub()
    token = await token_of(first)
    async with client(first, "Alice", token) as alice:
        await alice.join()
        await alice.post("hello")
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        since = int(re.findall(r'"createdAt":(\d+)', (await accounts.get_entity("account", "alice"))["body0"])[0])
        left = Leaving(name="Alice", since=since, asked_at=now_ms() - LATECOMERS_MS)
        await accounts.create_entity(row("leaving", "alice", left))
    second = await start_hub()
    async with asyncio.timeout(PATIENCE_S):
        # Nothing tells when: a command would look at the tables, too.
        while any("alice" in (key + text).lower() for key, text in (await everything(connection_string)).items()):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert (await send(first, "GET", "/api/account", token))[0] == 401
    heir = await token_of(second)
    async with client(second, "Alice", heir) as alice:
        page = (await alice.join())["page"]["messages"]
        assert [Message.model_validate(one).sender for one in page] == ["deleted"]


async def test_what_is_left_of_a_deletion_takes_nothing_from_the_next_holder_of_the_name(
    start_hub: StartHub, connection_string: str
) -> None:
    hub = await start_hub()
    async with client(hub, "Alice", await token_of(hub)) as alice:
        await alice.join()
        await alice.post("by the second Alice")
        async with TableServiceClient.from_connection_string(connection_string) as tables:
            accounts = tables.get_table_client("accounts")
            left = Leaving(name="Alice", since=0, asked_at=now_ms() - LATECOMERS_MS, is_walked=True)
            await accounts.create_entity(row("leaving", "alice", left))
        await start_hub()

        async def is_finished() -> bool:
            return not any(key.startswith("accounts leaving") for key in await everything(connection_string))

        await eventually(is_finished)
        assert [message.sender for message in await alice.history()] == ["Alice"]
        assert (await send(hub, "GET", "/api/account", alice.token))[0] == 200


async def test_the_next_holder_of_a_name_keeps_the_own_messages(hub: str, join: Join, connection_string: str) -> None:
    guest: Client = await join(hub, "wanderer")
    said = (await guest.post("by the first one"))["message"]["commentId"]
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        entity = await accounts.get_entity("account", "wanderer")
        entity["body0"] = re.sub('"freeAgainAt":[0-9]+', '"freeAgainAt":0', entity["body0"])
        await accounts.upsert_entity(entity)
    token = await token_of(hub, "/api/accounts", {"name": "wanderer", "password": "correct horse"})
    heir = await join(hub, "wanderer", token=token)
    own = (await heir.post("by the second one"))["message"]["commentId"]
    bob = await join(hub, "bob")
    assert (await send(hub, "DELETE", "/api/account", token, **LEAVE))[0] == 204
    await bob.until(lambda heard: heard.messages[own].sender == "deleted")
    assert {message.comment_id: message.sender for message in await bob.history()} == {said: "wanderer", own: "deleted"}


async def test_all_that_one_person_has_left_is_found(
    alice: Client, join: Join, hub: str, connection_string: str
) -> None:
    bob = await join(hub, "bob")
    said = [(await alice.post(text))["message"]["commentId"] for text in ("one", "two")]
    other = (await bob.post("three"))["message"]["commentId"]
    await alice.call("Vote", channel=HOME, commentId=other, value=-1)
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        channels = Channels(tables.channels, watch_nothing)
        await channels.refresh()
        archive = Archive(tables.messages, lambda _channel, _messages: None)
        belongings = Belongings(archive, channels, tables.votes, ReportBook(tables.channels))
        found = [one.message.comment_id async for _, one in belongings.messages("alice", 0)]
        assert found == [said[1], said[0]]
        assert [one async for one in belongings.messages("alice", now_ms())] == []
        assert [vote async for vote in belongings.votes("alice")] == [(HOME, other, -1)]
