"""An administrator's commands for channels and reports, beside a hub that runs."""

import re

import pytest

from tests.client import HOME
from tests.hub.conftest import Command, Join
from tests.hub.rooms import ROOM, account, bring, card, create, eventually, names_listed, said, told


@pytest.fixture(autouse=True)
def quick_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.talk.sweep.EVERY_S", 0.2)


async def test_channels_are_listed_with_their_owners_members_and_revision(
    hub: str, join: Join, command: Command
) -> None:
    alice, bob = [await account(hub, join, name) for name in ("alice", "bob")]
    await create(alice, description="\x1b[31mred\nlines")
    await bring(alice, bob)
    await said(alice, "hello", ROOM)
    shown = await command("channels")
    assert re.search(rf"^{ROOM} +invite +alice +2 +1$", shown, re.MULTILINE)
    assert re.search(rf"^{HOME} +public +nobody +0 +0$", shown, re.MULTILINE)
    one = await command("channel", ROOM.lower())
    assert re.search(r"^owner +alice since", one, re.MULTILINE)
    assert re.search(r"^described +\[31mred lines$", one, re.MULTILINE)
    assert "There is no channel" in await command("channel", "Nowhere", status=1)


async def test_a_channel_is_deleted_for_good_and_the_home_never(hub: str, join: Join, command: Command) -> None:
    alice = await account(hub, join, "alice")
    await create(alice)
    assert "nothing was deleted" in await command("delete-channel", ROOM, status=1, typed="no\n")
    assert "home channel" in await command("delete-channel", HOME, "--yes", status=1)
    await command("delete-channel", ROOM, typed=f"{ROOM}\n")
    assert ROOM not in await command("channels")

    async def is_gone() -> bool:
        return ROOM not in await names_listed(alice)

    await eventually(is_gone)
    assert await told(alice, "MarkRead", commentId=1) == "unknown_channel"


async def test_a_channel_without_an_owner_gets_one_who_is_a_member(hub: str, join: Join, command: Command) -> None:
    alice = await account(hub, join, "alice")
    await join(hub, "wanderer")
    assert "no open account" in await command("set-owner", HOME, "wanderer", status=1)
    await command("set-owner", HOME, "ALICE")

    async def owns() -> bool:
        return bool((await card(alice, HOME))["role"] == "owner")

    await eventually(owns)
    assert (await card(alice, HOME))["channel"]["ownerless"] is False

    async def is_its_last_owner() -> bool:
        return bool(await told(alice, "SetRole", HOME, name="alice", role="member") == "conflict")

    await eventually(is_its_last_owner)


async def test_a_quarrel_ends_with_one_owner_whom_no_ban_keeps_out(hub: str, join: Join, command: Command) -> None:
    alice, bob = [await account(hub, join, name) for name in ("alice", "bob")]
    await create(alice)
    assert await told(alice, "Ban", name="bob") is True
    await command("set-owner", ROOM, "bob")
    shown = await command("channel", ROOM)
    assert re.findall(r"^(owner|moderator) +(\w+) since", shown, re.MULTILINE) == [
        ("moderator", "alice"),
        ("owner", "bob"),
    ]

    async def owns() -> bool:
        return ROOM in await names_listed(bob) and bool((await card(bob))["role"] == "owner")

    await eventually(owns)
    assert await told(bob, "Connect") is True


async def test_reports_of_all_channels_are_shown_and_judged(hub: str, join: Join, command: Command) -> None:
    alice, bob = [await account(hub, join, name) for name in ("alice", "bob")]
    assert "No report is open" in await command("reports")
    await create(alice, "public")
    await bob.join(ROOM)
    bad, fine = await said(alice, "buy my eggs", ROOM), await said(alice, "good morning", HOME)
    for channel, comment_id in ((ROOM, bad), (HOME, fine)):
        assert await told(bob, "ReportMessage", channel, commentId=comment_id, reason="spam", words="Look!") is True
    shown = await command("reports")
    assert re.findall(r"^(\w+) +(\d+) +bob +spam .* alice +(.*?)  +Look!$", shown, re.MULTILINE) == [
        (HOME, str(fine), "good morning"),
        (ROOM, str(bad), "buy my eggs"),
    ]
    assert "no such open report" in await command("resolve", ROOM, str(bad), "carol", "removed", status=1)
    await command("resolve", ROOM, str(bad), "bob", "removed")
    await command("resolve", HOME, str(fine), "bob", "dismissed")
    assert "No report is open" in await command("reports")
    assert [one.text for one in await alice.history(ROOM)] == [""]
    assert [one.text for one in await alice.history(HOME)] == ["good morning"]
