"""What is said by invitation reaches nobody else, by whatever door, and a lost right is lost at once."""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from hub.api.route import Route
from hub.api.routes import ROUTES
from hub.calls import CALLS
from hub.live import sockets
from tests.client import HOME, Client
from tests.hub.api_client import program
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.hub.rooms import (
    ROOM,
    account,
    bring,
    card,
    create,
    eventually,
    everything_heard,
    invitation,
    names_listed,
    open_house,
    said,
    told,
)
from tests.services import Redis

SECRET = "the hens plan something"
# Every call that names a channel, with a form that could be right; `commentId` is a message of the private channel.
CALLS_INTO: dict[str, dict[str, Any]] = {
    "ReceiveMessage": {"text": "hello", "clientId": "12345678"},
    "Search": {"text": "hens"},
    "GetMessagesForChannel": {},
    "GetMessage": {"commentId": 0},
    "StopThinking": {"commentId": 0},
    "Regenerate": {"commentId": 0},
    "DeleteMessage": {"commentId": 0},
    "EditMessage": {"commentId": 0, "text": "changed"},
    "ChooseAnswer": {"commentId": 0},
    "Vote": {"commentId": 0, "value": 1},
    "ReportMessage": {"commentId": 0, "reason": "spam"},
    "ListReports": {},
    "ResolveReport": {"commentId": 0, "reporter": "bob", "resolution": "removed"},
    "MarkRead": {"commentId": 0},
    "JoinChannel": {},
    "LeaveChannel": {},
    "ListMembers": {},
    "ChangeChannel": {"version": 0, "visibility": "public"},
    "DeleteChannel": {"confirm": ROOM},
    "SetRole": {"name": "mallory", "role": "owner"},
    "Mute": {"name": "alice", "until": None},
    "Kick": {"name": "alice"},
    "Ban": {"name": "alice"},
    "Unban": {"name": "alice"},
    "Invite": {},
    "ListInvitations": {},
    "RevokeInvitation": {"invitationId": "0" * 32},
    "Connect": {},
    "Disconnect": {},
    "Typing": {},
}
WITHOUT_A_CHANNEL = {"CreateChannel", "ListChannels"}


def form(call: str, comment_id: int) -> dict[str, Any]:
    return {key: comment_id if key == "commentId" else value for key, value in CALLS_INTO[call].items()}


def heard_of(person: Client, text: str) -> list[object]:
    return [one for one in (*person.heard, *person.others) if text.lower() in str(one).lower()]


def test_the_list_above_has_every_call_that_names_a_channel() -> None:
    named = {name for name, call in CALLS.items() if "channel" in call.form.model_fields}
    assert named <= set(CALLS_INTO), named - set(CALLS_INTO)
    assert set(CALLS) - named <= WITHOUT_A_CHANNEL


async def test_by_every_call_it_is_as_if_there_were_no_such_channel(hub: str, join: Join, engine: EngineSide) -> None:
    alice, mallory, guest = (
        await account(hub, join, "alice"),
        await account(hub, join, "mallory"),
        await join(hub, "guest1"),
    )
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await said(alice, f"@EchoBot {SECRET}")
    answer = (await engine.thinks()).comment_id
    for person in (mallory, guest):
        for call in CALLS_INTO:
            real = await person.call(call, channel=ROOM, **form(call, answer))
            none = await person.call(call, channel="Nowhere1", **form(call, answer))
            assert str(real).replace(ROOM, "Nowhere1") == str(none), call
            if not (person is guest and call in ("JoinChannel", "MarkRead")):
                assert real["error"]["code"] == "unknown_channel", (call, real)
    assert [one.is_thinking for one in await alice.history(ROOM)] == [False, True]


async def test_by_every_address_it_is_as_if_there_were_no_such_channel(hub: str, join: Join) -> None:
    alice, mallory, guest = (
        await account(hub, join, "alice"),
        await account(hub, join, "mallory"),
        await join(hub, "guest1"),
    )
    await create(alice)
    known = {"commentId": str(await said(alice, SECRET)), "name": "alice", "reporter": "bob"}
    forms = {name: form for name, form in CALLS_INTO.items() if name not in ("Connect", "Disconnect")}
    asked = [(route, method) for route in ROUTES if "channel" in route.parameters for method in _methods(route)]
    assert {route.call for route, _ in asked} >= forms.keys() - {"Search"}
    for person in (mallory, guest):
        async with program(hub, person.token) as one:
            for route, method in asked:
                told = {key: known.get(key, value) for key, value in CALLS_INTO.get(route.call or "", {}).items()}
                body = {key: value for key, value in told.items() if key in route.fields}
                answers = []
                for channel in (ROOM, "Nowhere1"):
                    path = route.path.format_map(defaultdict(lambda: "0" * 32, known, channel=channel))
                    in_body = method in ("POST", "PUT", "PATCH")
                    answer = await one.ask(method, path, **{"json" if in_body else "params": body})
                    answers.append((answer.status, str(answer.body).replace(ROOM, "Nowhere1")))
                assert answers[0] == answers[1], (method, route.path)
                assert answers[0][0] in (403, 404, 405), (method, route.path, answers[0])


def _methods(route: Route) -> tuple[str, ...]:
    return ("GET", "HEAD") if route.method == "GET" else (route.method,)


async def test_no_event_tells_others_that_it_is_there(hub: str, join: Join, engine: EngineSide) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    mallory, guest = await account(hub, join, "mallory"), await join(hub, "wanderer")
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await bring(alice, bob)
    question = await said(alice, f"@EchoBot {SECRET} @mallory @wanderer")
    await engine.answer_next()
    await bob.until(lambda person: len(person.answers()) == 1)
    await told(bob, "Typing")
    await told(bob, "Vote", commentId=question, value=1)
    await told(alice, "EditMessage", commentId=question, text=f"{SECRET} again @mallory")
    await told(alice, "ChangeChannel", version=0, title=SECRET)
    await bob.until(lambda person: bool(heard_of(person, f"'title': '{SECRET}'")))
    await alice.until(lambda person: ("Typing", {"channel": ROOM, "sender": "bob"}) in person.others)
    for person in (mallory, guest):
        await everything_heard(person, bob)
        assert heard_of(person, ROOM) == []
        assert heard_of(person, SECRET) == []
        assert ROOM not in await names_listed(person)
        async with (
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {person.token}"}) as session,
            session.get(f"{hub}/api/channels") as answer,
        ):
            assert answer.status == 200
            assert ROOM not in await answer.text()
    assert {ROOM} <= await names_listed(bob)


async def test_an_unlisted_channel_is_open_to_who_knows_its_name_and_told_to_nobody(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice, "unlisted")
    await everything_heard(bob, alice)
    assert heard_of(bob, ROOM) == []
    assert ROOM not in await names_listed(bob)
    await bob.join(ROOM)
    await said(bob, "found it")
    await told(bob, "JoinChannel")
    assert ROOM in await names_listed(bob)


async def test_an_invitation_is_good_for_so_many_and_so_long_and_until_it_is_revoked(
    connection_string: str, tmp_path: Path, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(connection_string, tmp_path) as (hub, house):
        alice = await account(hub, join, "alice")
        people = [await account(hub, join, f"person{number}") for number in range(4)]
        await create(alice)
        token = await invitation(alice, uses=2)
        answers = await asyncio.gather(*(told(one, "JoinChannel", token=token) for one in people))
        assert sorted(map(str, answers)) == ["True", "True", "unknown_channel", "unknown_channel"]
        late = next(person for person, answer in zip(people, answers, strict=True) if answer is not True)
        one = await alice.call("Invite", channel=ROOM)
        assert await told(alice, "RevokeInvitation", invitationId=one["card"]["invitationId"]) is True
        assert await told(late, "JoinChannel", token=one["token"]) == "unknown_channel"
        old = await invitation(alice)
        with monkeypatch.context() as tomorrow:
            tomorrow.setattr("hub.rooms.invitation_book.now_ms", lambda: one["card"]["expiresAt"] + 1_000)
            assert await told(late, "JoinChannel", token=old) == "unknown_channel"
            assert (await alice.call("ListInvitations", channel=ROOM))["invitations"] == []
        assert await told(late, "JoinChannel", token="x" * 32) == "unknown_channel"
        assert await told(late, "JoinChannel", "Nowhere1", token=old) == "unknown_channel"
        # It opens the channel that it was made for, and no other.
        await create(alice, name="Other1")
        assert await told(late, "JoinChannel", "Other1", token=await invitation(alice)) == "unknown_channel"
        found = await house.invitations.open(house.channels.get(ROOM))
        assert all(token not in str(card) for card in found)


async def test_members_who_do_not_moderate_invite_nobody(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    for call in ("Invite", "ListInvitations", "RevokeInvitation", "ListReports", "Kick", "Ban", "Unban", "Mute"):
        assert await told(bob, call, **form(call, 1)) == "forbidden", call


@pytest.mark.parametrize("loss", ["Kick", "Ban", "LeaveChannel"])
async def test_who_lost_access_hears_nothing_more(hub: str, join: Join, loss: str) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    other_tab = await join(hub, "bob", token=bob.token)
    await create(alice)
    await bring(alice, bob)
    await other_tab.join(ROOM)
    if loss == "LeaveChannel":
        assert await told(bob, loss) is True
    else:
        assert await told(alice, loss, name="bob") is True
    await said(alice, SECRET)
    await told(alice, "Typing")
    for person in (bob, other_tab):
        await everything_heard(person, alice)
        assert heard_of(person, SECRET) == []
        assert ("Typing", {"channel": ROOM, "sender": "alice"}) not in person.others
        assert ("ChannelGone", {"channel": ROOM}) in person.others
        assert await told(person, "GetMessagesForChannel") == "unknown_channel"
        assert ROOM not in await names_listed(person)
    await alice.until(lambda person: person.others[-1] == ("Presence", {"channel": ROOM, "present": ["alice"]}))


async def test_when_a_channel_closes_its_doors_only_members_stay(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    mallory, guest = await account(hub, join, "mallory"), await join(hub, "wanderer")
    await create(alice, "public")
    assert await told(bob, "JoinChannel") is True
    for person in (bob, mallory, guest):
        await person.join(ROOM)
    assert await told(alice, "ChangeChannel", version=0, visibility="invite", description=SECRET) is True
    await said(alice, SECRET)
    await bob.until(lambda person: bool(heard_of(person, f"text='{SECRET}'")))
    for person in (mallory, guest):
        await everything_heard(person, alice)
        assert heard_of(person, SECRET) == []
        assert await told(person, "GetMessagesForChannel") == "unknown_channel"
        assert ("ChannelGone", {"channel": ROOM}) in person.others


async def test_who_comes_in_while_being_thrown_out_is_out(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    for _ in range(5):
        await bring(alice, bob)
        await told(bob, "Disconnect")
        coming = [asyncio.create_task(told(bob, "Connect")) for _ in range(3)]
        assert await told(alice, "Kick", name="bob") is True
        await asyncio.gather(*coming)
        text = f"{SECRET} {_}"
        await said(alice, text)
        await everything_heard(bob, alice)
        assert heard_of(bob, text) == []


async def test_on_another_hub_too(redis_server: Redis, start_hub: StartHub, join: Join) -> None:
    here, there = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    alice, bob, carol = [
        await account(hub, join, name) for hub, name in ((here, "alice"), (there, "bob"), (there, "carol"))
    ]
    await create(alice)
    token = await invitation(alice, uses=2)

    async def are_in() -> bool:
        return [await told(person, "JoinChannel", token=token) for person in (bob, carol)] == [True, True]

    await eventually(are_in)
    for person in (bob, carol):
        await person.join(ROOM)
    assert await told(alice, "Kick", name="bob") is True
    await bob.until(lambda person: ("ChannelGone", {"channel": ROOM}) in person.others)
    await said(alice, SECRET)
    await carol.until(lambda person: bool(heard_of(person, SECRET)))
    await everything_heard(bob, alice)
    assert heard_of(bob, SECRET) == []
    assert await told(bob, "GetMessagesForChannel") == "unknown_channel"


async def test_a_flood_of_joins_is_bounded(hub: str, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MOST_ROOMS", 3)
    guest = await join(hub, "wanderer")
    names = [name for name in sorted(await names_listed(guest)) if name != HOME][:5]
    answers = await asyncio.gather(*(told(guest, "Connect", name) for name in [*names, *names]))
    assert sum(answer is True for answer in answers) == 4
    assert {answer for answer in answers if answer is not True} == {"conflict"}
    assert await told(guest, "Disconnect", HOME) is True
    assert await told(guest, "Connect", names[4]) is True


async def test_what_a_client_claims_to_be_is_not_believed(hub: str, join: Join) -> None:
    alice, mallory = await account(hub, join, "alice"), await account(hub, join, "mallory")
    await create(alice, "public")
    await mallory.join(ROOM)
    post = {"channel": ROOM, "text": "hello", "clientId": "12345678"}
    for claim in (
        {"sender": "alice"},
        {"isBot": True},
        {"commentId": 1},
        {"sentAt": 1},
        {"mentions": ["alice"]},
        {"up": 99},
        {"role": "owner"},
        {"isAdmin": True},
    ):
        assert (await mallory.call("ReceiveMessage", **post, **claim))["error"]["code"] == "bad_request", claim
    claims: tuple[tuple[str, dict[str, Any]], ...] = (
        ("CreateChannel", {"name": "Mine1", "ownerless": True}),
        ("CreateChannel", {"name": "Mine1", "owner": "alice"}),
        ("CreateChannel", {"name": "Mine1", "version": 7}),
        ("ChangeChannel", {"channel": ROOM, "version": 0, "ownerless": True}),
        ("ReportMessage", {"channel": ROOM, "commentId": 1, "reason": "spam", "reporter": "alice"}),
        ("JoinChannel", {"channel": ROOM, "role": "owner"}),
    )
    for call, claim in claims:
        assert (await mallory.call(call, **claim))["error"]["code"] == "bad_request", (call, claim)
    assert await told(mallory, "SetRole", name="mallory", role="admin") == "bad_request"
    assert (await card(alice))["role"] == "owner"
