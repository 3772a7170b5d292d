"""What a channel promises: a name of its own, a card that nobody overwrites unseen, and an end that leaves nothing."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from azure.data.tables.aio import TableServiceClient

from hub.errors import ConflictError, HubError
from hub.rooms import channels, dissolving, keeping, members
from hub.rooms.channel_rows import Channel
from hub.rooms.channels import Channels, watch_nothing
from tests.client import HOME, Client, account_for
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
    listed,
    names_listed,
    open_house,
    rows_with,
    said,
    told,
)

FIRST = {
    "CoopAndPabloPlayHouse",
    "AskCoopAnything",
    "CatsAndDogs",
    "Sports",
    "Technology",
    "TheNetherlands",
    "FlightAttendant",
    "Candles",
    "Programming",
    "Art",
}

NO_NAMES = (
    "..",
    "../../etc",
    "a/b",
    "a%2fb",
    "a\\b",
    "a\x00b",
    "ab\n",
    "hens only",
    "C\N{CYRILLIC SMALL LETTER A}ndles",
    "\N{FULLWIDTH LATIN CAPITAL LETTER C}andles",
    "candles\N{ZERO WIDTH SPACE}",
    "_hens",
    "h",
    "h" * 33,
    "",
)


async def test_a_new_house_has_ten_channels_that_nobody_owns(alice: Client) -> None:
    found = [one["channel"] for one in await listed(alice)]
    assert {one["name"] for one in found} == FIRST
    assert all(one["title"] and one["description"] and one["defaultTopic"] and one["ownerless"] for one in found)


async def test_a_deleted_channel_of_the_house_does_not_come_back(
    start_hub: StartHub, join: Join, connection_string: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dissolving, "SETTLED_AFTER_MS", -1)
    monkeypatch.setattr(channels, "FREE_AGAIN_MS", -1)
    async with open_house(connection_string, tmp_path) as (_, house):
        await as_admin(house, "DeleteChannel", "Candles", confirm="Candles")
        with pytest.raises(ConflictError):
            await as_admin(house, "DeleteChannel", HOME, confirm=HOME)

        async def is_erased() -> bool:
            return not house.channels.to_erase()

        await eventually(is_erased)
    alice = await account(await start_hub(), join, "alice")
    assert await names_listed(alice) == FIRST - {"Candles"}
    # A person may make one of that name.
    await create(alice, "public", "Candles")
    assert await names_listed(alice) == FIRST


async def test_who_makes_a_channel_owns_it_and_guests_make_none(hub: str, join: Join) -> None:
    alice, guest = await account(hub, join, "alice"), await join(hub, "wanderer")
    await create(alice, "public", title="Hens", rules="Be kind.", bots=["EchoBot"], bot="EchoBot")
    mine = await card(alice)
    assert (mine["role"], mine["channel"]["ownerless"], mine["channel"]["rules"]) == ("owner", False, "Be kind.")
    await guest.until(lambda person: any(ROOM in str(data) for event, data in person.others))
    answer = await guest.call("CreateChannel", name="Roosters")
    assert answer["error"]["code"] == "forbidden"


async def test_a_name_that_is_none_is_refused(hub: str, join: Join) -> None:
    alice = await account(hub, join, "alice")
    for name in NO_NAMES:
        assert await told(alice, "Connect", name) == "bad_request", name
        answer = await alice.call("CreateChannel", name=name)
        assert answer["error"]["code"] == "bad_request", name


async def test_names_differ_by_more_than_case_and_the_houses_own_words_are_taken(hub: str, join: Join) -> None:
    alice = await account(hub, join, "alice")
    await create(alice)
    for name in ("hensonly", "HENSONLY", "candles", "api", "Admin", "everyone_"):
        assert (await alice.call("CreateChannel", name=name))["error"]["code"] == "name_taken", name


async def test_of_many_who_want_a_name_one_gets_it(hub: str, join: Join) -> None:
    people = [await account(hub, join, f"person{number}") for number in range(4)]
    answers = await asyncio.gather(*(one.call("CreateChannel", name="Wanted") for one in people))
    assert sorted(answer["ok"] for answer in answers) == [False, False, False, True]
    roles = [(await card(one, "Wanted"))["role"] for one in people]
    assert roles == ["owner" if answer["ok"] else None for answer in answers]


async def test_nobody_takes_all_names(hub: str, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_OWNED", 2)
    alice = await account(hub, join, "alice")
    answers = [await alice.call("CreateChannel", name=f"Room{number}") for number in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]


async def test_two_who_change_a_card_at_once_never_overwrite_each_other(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    assert await told(alice, "SetRole", name="bob", role="moderator") is True
    version = (await card(alice))["channel"]["version"]
    wishes = ((alice, {"title": "Hens"}), (bob, {"title": "Roosters", "description": "No hens."}))
    answers = await asyncio.gather(
        *(person.call("ChangeChannel", channel=ROOM, version=version, **wish) for person, wish in wishes)
    )
    assert sorted(answer["ok"] for answer in answers) == [False, True]
    assert [answer["error"]["code"] for answer in answers if not answer["ok"]] == ["conflict"]
    (done,) = [answer["channel"] for answer in answers if answer["ok"]]
    assert (await card(alice))["channel"] == done
    assert done["version"] == version + 1


async def test_what_is_left_out_of_a_change_stays_and_null_takes_a_bot_away(hub: str, join: Join) -> None:
    alice = await account(hub, join, "alice")
    await create(alice, title="Hens", description="Clucking.", bot="EchoBot")
    version = (await card(alice))["channel"]["version"]
    answer = await alice.call("ChangeChannel", channel=ROOM, version=version, bot=None, title="Hens, and more")
    changed = answer["channel"]
    assert (changed["title"], changed["description"], changed["bot"]) == ("Hens, and more", "Clucking.", None)
    refused = await alice.call(
        "ChangeChannel", channel=ROOM, version=changed["version"], bot="CoopBot", bots=["EchoBot"]
    )
    assert refused["error"]["code"] == "bad_request"


async def test_moderators_change_words_and_owners_the_rest(hub: str, join: Join) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    await create(alice)
    await bring(alice, bob, carol)
    assert await told(alice, "SetRole", name="bob", role="moderator") is True
    version = 0
    for change in ({"title": "x"}, {"description": "x"}, {"rules": "x"}, {"defaultTopic": "x"}):
        assert await told(carol, "ChangeChannel", version=version, **change) == "forbidden"
        assert await told(bob, "ChangeChannel", version=version, **change) is True
        version += 1
    changes: tuple[dict[str, Any], ...] = (
        {"archived": False},
        {"bot": "EchoBot"},
        {"bots": []},
        {"bots": None},
        {"chatter": "lively"},
    )
    for more in changes:
        for person in (bob, carol):
            assert await told(person, "ChangeChannel", version=version, title="y", **more) == "forbidden"
    assert await told(bob, "ChangeChannel", version=version, visibility="public") == "forbidden"
    assert await told(alice, "ChangeChannel", version=version, visibility="public", archived=True) is True


async def test_an_archived_channel_is_read_only(alice: Client, engine: EngineSide) -> None:
    await create(alice, "public")
    comment_id = await said(alice, "@EchoBot so long")
    job = (await engine.thinks()).comment_id
    assert await told(alice, "ChangeChannel", version=0, archived=True) is True
    for call, more in (
        ("ReceiveMessage", {"text": "hello", "clientId": "12345678"}),
        ("EditMessage", {"commentId": comment_id, "text": "changed"}),
        ("Vote", {"commentId": job, "value": 1}),
        ("Regenerate", {"commentId": job}),
        ("ChooseAnswer", {"commentId": job}),
        ("Typing", {}),
    ):
        assert await told(alice, call, **more) == "forbidden", call
    assert len(await alice.history(ROOM)) == 2
    # What one said stays one's own to take back.
    assert await told(alice, "DeleteMessage", commentId=comment_id) is True
    assert await told(alice, "ChangeChannel", version=1, archived=False) is True
    await said(alice, "again")


async def test_a_deleted_channel_is_unknown_at_once_and_leaves_nothing(
    hub: str, join: Join, engine: EngineSide, connection_string: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name is free again after two minutes; by then nobody remembers who was a member.
    monkeypatch.setattr(dissolving, "SETTLED_AFTER_MS", 1_500)
    monkeypatch.setattr(channels, "FREE_AGAIN_MS", 0)
    monkeypatch.setattr(members, "KNOWN_FOR_S", 0)
    monkeypatch.setattr(dissolving, "EVERY_S", 0.1)
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await bring(alice, bob)
    await invitation(alice)
    comment_id = await said(bob, "@EchoBot hello")
    assert await told(alice, "Vote", commentId=comment_id, value=1) is True
    assert await told(alice, "ReportMessage", commentId=comment_id, reason="spam") is True
    assert await told(bob, "MarkRead", commentId=comment_id) is True
    assert await told(bob, "DeleteChannel", confirm=ROOM) == "forbidden"
    assert await told(alice, "DeleteChannel", confirm="hensonly") == "bad_request"
    assert await told(alice, "DeleteChannel", confirm=ROOM) is True
    for person in (alice, bob):
        assert await told(person, "Connect") == "unknown_channel"
        assert ROOM not in await names_listed(person)
        await person.until(lambda one: ("ChannelGone", {"channel": ROOM}) in one.others)

    async def only_its_name_is_left() -> bool:
        return await rows_with(ROOM, connection_string) == [f"channel/{ROOM.lower()}"]

    async def its_name_is_free() -> bool:
        return bool((await alice.call("CreateChannel", name=ROOM))["ok"])

    await eventually(only_its_name_is_left)
    await eventually(its_name_is_free)
    await bob.join(ROOM)
    assert await bob.history(ROOM) == []
    assert (await card(bob))["role"] is None


async def test_a_deletion_that_was_interrupted_goes_on_with_the_next_hub(
    start_hub: StartHub, join: Join, connection_string: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(dissolving.Dissolution, "_empty", stumble)
        async with open_house(connection_string, tmp_path) as (address, _):
            alice = await account(address, join, "alice")
            await create(alice)
            await said(alice, "a secret of hens")
            assert await told(alice, "DeleteChannel", confirm=ROOM) is True
    assert await rows_with("a secret of hens", connection_string)
    await start_hub()

    async def is_forgotten() -> bool:
        return not await rows_with("a secret of hens", connection_string)

    await eventually(is_forgotten)


async def test_what_was_read_before_a_change_does_not_undo_it(connection_string: str, hub: str, join: Join) -> None:
    alice = await account(hub, join, "alice")
    await create(alice)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        held = Channels(tables.get_table_client("channels"), watch_nothing)
        await held.refresh()
        for number in range(5):
            title = f"number {number}"
            reading = [asyncio.create_task(held.refresh()) for _ in range(3)]
            await held.change(ROOM, partial(_titled, title=title))
            await asyncio.gather(*reading)
            assert held.get(ROOM).card.title == title


async def test_a_hub_that_is_late_erases_nothing_of_a_new_channel(
    connection_string: str, tmp_path: Path, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dissolving, "SETTLED_AFTER_MS", -1)
    monkeypatch.setattr(channels, "FREE_AGAIN_MS", -1)
    async with open_house(connection_string, tmp_path) as (hub, house):
        alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
        await create(alice)
        assert await told(alice, "DeleteChannel", confirm=ROOM) is True
        (dying,) = house.channels.to_erase()

        async def its_name_is_free() -> bool:
            return bool((await bob.call("CreateChannel", name=ROOM, visibility="invite"))["ok"])

        await eventually(its_name_is_free)
        await bob.join(ROOM)
        await said(bob, "mine now")
        await house.dissolution.erase(dying)
        assert [one.text for one in await bob.history(ROOM)] == ["mine now"]
        assert (await card(bob))["role"] == "owner"


def _titled(channel: Channel, title: str) -> Channel:
    return replace(channel, card=channel.card.model_copy(update={"title": title}))


async def test_a_card_from_before_there_were_owners_is_read(
    start_hub: StartHub, join: Join, connection_string: str
) -> None:
    hub = await start_hub()
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        old = '{"name":"OldRoom","title":"Old","description":"","defaultTopic":"General","bot":null}'
        await tables.get_table_client("channels").upsert_entity(
            {"PartitionKey": "channel", "RowKey": "oldroom", "body0": old}
        )
    alice = await join(await start_hub(), "alice", token=await account_for(hub, "alice"))
    assert (await alice.join("oldroom"))["channel"]["title"] == "Old"


async def test_an_admin_keeps_what_nobody_owns(connection_string: str, tmp_path: Path, join: Join) -> None:
    async with open_house(connection_string, tmp_path) as (address, house):
        alice = await account(address, join, "alice")
        assert await told(alice, "ChangeChannel", "Art", version=0, title="Mine") == "forbidden"
        await as_admin(house, "ChangeChannel", "Art", version=0, title="Fine art")
        assert (await card(alice, "Art"))["channel"]["title"] == "Fine art"
        await told(alice, "JoinChannel", "Art")
        await as_admin(house, "SetRole", "Art", name="alice", role="owner")
        assert not (await card(alice, "Art"))["channel"]["ownerless"]
        await create(alice)
        await as_admin(house, "Ban", name="alice")
        with pytest.raises(HubError):
            house.channels.get("NoSuchRoom")
        assert house.channels.get(ROOM).card.ownerless
        assert await told(alice, "Connect") == "unknown_channel"
