"""What roles promise: who may do what to whom, and that a channel is never left to nobody by accident."""

import asyncio
from pathlib import Path

import pytest
from azure.data.tables.aio import TableServiceClient

from hub.clock import now_ms
from hub.people import Person
from hub.rooms import members
from hub.rooms.departing import depart
from tests.client import HOME, Client
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.hub.rooms import (
    ROOM,
    account,
    as_admin,
    bring,
    card,
    create,
    eventually,
    invitation,
    names_listed,
    open_house,
    said,
    told,
)


async def role(person: Client, channel: str = ROOM) -> object:
    return (await card(person, channel))["role"]


async def make(owner: Client, person: Client, wanted: str) -> object:
    return await told(owner, "SetRole", name=person.name, role=wanted)


async def test_members_come_and_go_and_the_last_owner_hands_over_first(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice, "public")
    assert await told(bob, "JoinChannel") is True
    assert await told(bob, "JoinChannel") is True
    assert await role(bob) == "member"
    assert await told(alice, "LeaveChannel") == "conflict"
    assert await make(alice, alice, "member") == "conflict"
    assert await make(alice, bob, "owner") is True
    assert await told(alice, "LeaveChannel") is True
    assert (await role(alice), await role(bob)) == (None, "owner")
    assert await told(bob, "LeaveChannel") == "conflict"


async def test_of_two_owners_who_leave_at_once_one_stays(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    assert await make(alice, bob, "owner") is True
    answers = await asyncio.gather(*(told(person, "LeaveChannel") for person in (alice, bob)))
    assert sorted(map(str, answers)) == ["True", "conflict"]


async def test_roles_are_an_owners_to_give_and_only_to_members(hub: str, join: Join) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    guest = await join(hub, "wanderer")
    await create(alice, "public")
    await told(bob, "JoinChannel")
    assert await told(guest, "JoinChannel") == "forbidden"
    for person in (bob, carol, guest):
        assert await make(person, bob, "owner") == "forbidden"
    assert await make(alice, carol, "moderator") == "not_found"
    assert await make(alice, guest, "moderator") == "not_found"
    assert await told(alice, "SetRole", name="nobody", role="moderator") == "not_found"
    assert await make(alice, bob, "moderator") is True
    await told(carol, "JoinChannel")
    assert await make(bob, carol, "moderator") == "forbidden"
    assert await make(bob, bob, "owner") == "forbidden"
    assert await make(alice, bob, "member") is True
    assert await role(bob) == "member"
    assert await make(alice, bob, "owner") is True
    assert await make(alice, bob, "member") == "forbidden"


async def test_nobody_acts_on_who_stands_as_high(hub: str, join: Join) -> None:
    alice, bob, carol, dan = [await account(hub, join, name) for name in ("alice", "bob", "carol", "dan")]
    await create(alice)
    await bring(alice, bob, carol, dan)
    for person in (bob, carol):
        await make(alice, person, "moderator")
    for call, more in (("Kick", {}), ("Ban", {}), ("Mute", {"until": now_ms() + 60_000})):
        for other in ("alice", "carol", "bob", "ALICE"):
            assert await told(bob, call, name=other, **more) == "forbidden"
        assert await told(dan, call, name="alice", **more) == "forbidden"
        assert await told(alice, call, name="alice", **more) == "forbidden"
    assert await told(alice, "Ban", name="Carol") is True
    assert await told(carol, "Connect") == "unknown_channel"
    assert await told(bob, "Kick", name="dan") is True


async def test_whose_office_another_hub_gave_a_moment_ago_is_an_officer_here_too(
    start_hub: StartHub, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await start_hub()
    alice, bob, carol = [await account(here, join, name) for name in ("alice", "bob", "carol")]
    await create(alice)
    await bring(alice, bob, carol)
    assert await make(alice, carol, "moderator") is True
    there = await start_hub()
    # Without Redis this is how long a hub may know nothing of it.
    monkeypatch.setattr("hub.rooms.channels.Channels.refresh", _nothing_new)
    assert await make(alice, bob, "moderator") is True
    elsewhere = [await join(there, person.name, token=person.token) for person in (alice, carol)]
    for call, more in (("Mute", {"until": now_ms() + 60_000}), ("Kick", {}), ("Ban", {})):
        assert await told(elsewhere[1], call, name="bob", **more) == "forbidden"
    assert await told(elsewhere[0], "Kick", name="bob") is True
    officers = (await elsewhere[0].call("ListMembers", channel=ROOM))["officers"]
    assert {one["name"] for one in officers} == {"alice", "carol"}


async def _nothing_new(_channels: object) -> None:
    return


async def test_who_is_muted_reads_and_does_not_write_until_the_time_is_over(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await bring(alice, bob)
    mine = await said(bob, "@EchoBot hello")
    answer = (await engine.thinks()).comment_id
    assert await told(alice, "Mute", name="BOB", until=now_ms() + 3_600_000) is True
    for call, more in (
        ("ReceiveMessage", {"text": "hello", "clientId": "12345678"}),
        ("EditMessage", {"commentId": mine, "text": "changed"}),
        ("Vote", {"commentId": answer, "value": 1}),
        ("Regenerate", {"commentId": answer}),
        ("StopThinking", {"commentId": answer}),
        ("Typing", {}),
    ):
        assert await told(bob, call, **more) == "forbidden", call
    assert len(await bob.history(ROOM)) == 2
    assert (await card(bob))["mutedUntil"] is not None
    assert await told(bob, "ReportMessage", commentId=answer, reason="other") is True
    assert await told(alice, "Mute", name="bob", until=None) is True
    await said(bob, "again")
    assert await told(alice, "Mute", name="bob", until=now_ms() + 200) is True

    async def may_write() -> bool:
        return await told(bob, "ReceiveMessage", text="now?", clientId="87654321") is True

    await eventually(may_write)


async def test_a_ban_goes_by_the_name_and_is_for_guests_too(hub: str, join: Join) -> None:
    alice, guest = await account(hub, join, "alice"), await join(hub, "wanderer")
    await create(alice, "public")
    await guest.join(ROOM)
    await said(guest, "hello")
    assert await told(alice, "Ban", name="Wanderer") is True
    for call, more in (
        ("Connect", {}),
        ("GetMessagesForChannel", {}),
        ("ReceiveMessage", {"text": "hello", "clientId": "12345678"}),
        ("Typing", {}),
    ):
        assert await told(guest, call, **more) == "forbidden", call
    assert ROOM not in await names_listed(guest)
    await guest.until(lambda person: ("ChannelGone", {"channel": ROOM}) in person.others)
    assert await told(alice, "Unban", name="wanderer") is True
    await guest.join(ROOM)


async def test_a_ban_holds_against_joining_and_invitations(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    token = await invitation(alice, uses=2)
    assert await told(alice, "Ban", name="bob") is True
    assert await told(bob, "JoinChannel", token=token) == "unknown_channel"
    assert await told(alice, "Unban", name="bob") is True
    assert await told(bob, "Connect") == "unknown_channel"
    assert await told(bob, "JoinChannel", token=token) is True
    answer = await alice.call("ListInvitations", channel=ROOM)
    assert [one["usesLeft"] for one in answer["invitations"]] == [1]


async def test_only_moderators_see_who_is_muted_or_banned_and_the_list_has_pages(hub: str, join: Join) -> None:
    people = [await account(hub, join, name) for name in ("alice", "bob", "carol", "dan", "erin")]
    alice, bob = people[:2]
    await create(alice)
    await bring(alice, *people[1:])
    await told(alice, "Mute", name="carol", until=now_ms() + 60_000)
    for banned in ("dan", "aaron", "zoe"):
        await told(alice, "Ban", name=banned)

    async def seen(person: Client, *hidden: str) -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        after: dict[str, str] = {}
        while True:
            page = await person.call("ListMembers", channel=ROOM, limit=1, **after)
            assert not any(name in str(page) for name in hidden)
            assert [one["name"] for one in page["officers"]] == ["alice"]
            found += [(one["name"], one["role"], bool(one["mutedUntil"]), one["banned"]) for one in page["members"]]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    everybody = [("alice", "owner", False, False), ("bob", "member", False, False)]
    erin = ("erin", "member", False, False)
    assert await seen(bob, "aaron", "dan", "zoe") == [*everybody, ("carol", "member", False, False), erin]
    first, dan, last = [(name, None, False, True) for name in ("aaron", "dan", "zoe")]
    assert await seen(alice) == [first, *everybody, ("carol", "member", True, False), dan, erin, last]


async def test_a_role_is_not_inherited_with_a_name(hub: str, join: Join, connection_string: str) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        for name in ("alice", "bob"):
            await accounts.delete_entity("account", name)
    for name in ("alice", "bob"):
        heir = await account(hub, join, name)
        assert await told(heir, "Connect") == "unknown_channel"
        assert await told(heir, "DeleteChannel", confirm=ROOM) == "unknown_channel"
        assert ROOM not in await names_listed(heir)


async def test_who_deletes_the_account_leaves_a_channel_to_its_oldest_moderator(
    connection_string: str, tmp_path: Path, join: Join
) -> None:
    async with open_house(connection_string, tmp_path) as (hub, house):
        alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
        await create(alice)
        await bring(alice, bob, carol)
        for person in (carol, bob):
            await make(alice, person, "moderator")
        await create(alice, name="Lonely")
        for _ in range(2):
            await depart(house.channels, house.members, house.news, "alice")
        assert [await role(person) for person in (bob, carol)] == ["moderator", "owner"]
        assert house.channels.get("Lonely").card.ownerless
        assert await told(alice, "Connect") == "unknown_channel"
        assert await house.members.marks("alice") == []
        await as_admin(house, "DeleteChannel", "Lonely", confirm="Lonely")


async def test_moderators_delete_and_stop_and_do_not_put_words_into_mouths(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await bring(alice, bob, carol)
    await make(alice, bob, "moderator")
    mine = await said(carol, "@EchoBot hello")
    answer = (await engine.thinks()).comment_id
    assert await told(bob, "EditMessage", commentId=mine, text="I like roosters") == "forbidden"
    assert await told(bob, "StopThinking", commentId=answer) is True
    assert await told(bob, "Regenerate", commentId=answer) == "forbidden"
    assert await told(bob, "DeleteMessage", commentId=mine) is True
    assert [one.text for one in await alice.history(ROOM)] == ["", ""]
    assert await told(bob, "DeleteMessage", HOME, commentId=await said(carol, "elsewhere", HOME)) == "forbidden"


async def test_a_key_without_the_right_to_manage_lends_no_moderators_powers(
    connection_string: str, tmp_path: Path, join: Join
) -> None:
    async with open_house(connection_string, tmp_path) as (hub, house):
        alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
        await create(alice)
        await bring(alice, bob)
        holder = await house.registry.find("alice")
        assert holder is not None
        program = Person("alice", is_guest=False, session_id="", since=holder.since, scopes=frozenset({"read"}))
        assert (await house.access.reader(program, ROOM)).name == ROOM
        assert not await house.access.moderates(program, ROOM)


async def test_what_another_hub_decided_holds_here_without_news(
    start_hub: StartHub, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.talk.sweep.EVERY_S", 0.1)
    monkeypatch.setattr(members, "KNOWN_FOR_S", 0.1)
    here, there = await start_hub(), await start_hub()
    alice, bob = await account(here, join, "alice"), await account(there, join, "bob")
    await create(alice)
    token = await invitation(alice)

    async def is_in() -> bool:
        return await told(bob, "JoinChannel", token=token) is True

    await eventually(is_in)
    await bob.join(ROOM)
    assert await told(alice, "Ban", name="bob") is True
    await bob.until(lambda person: ("ChannelGone", {"channel": ROOM}) in person.others)
    assert await told(bob, "GetMessagesForChannel") == "unknown_channel"
