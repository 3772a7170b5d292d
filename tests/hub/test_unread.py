"""What a read mark promises: it only moves forward, and counts what others said behind it."""

import pytest

from tests.client import HOME, Client
from tests.hub.conftest import Join, StartHub
from tests.hub.rooms import account, card, told


async def counts(person: Client) -> tuple[object, ...]:
    mine = await card(person, HOME)
    return mine["lastRead"], mine["unread"], mine["mentions"]


async def read(person: Client, comment_id: int) -> object:
    answer = await person.call("MarkRead", channel=HOME, commentId=comment_id)
    return answer["lastRead"] if answer["ok"] else answer["error"]["code"]


async def test_a_mark_moves_forward_and_counts_what_others_said(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    ids = [(await alice.post(text))["message"]["commentId"] for text in ("one", "two @bob", "three", "@bob @bob")]
    assert await counts(bob) == (None, None, None)
    assert await read(bob, ids[0]) == ids[0]
    await bob.post("my own")
    assert await counts(bob) == (ids[0], 3, 2)
    assert await read(bob, ids[2]) == ids[2]
    assert await read(bob, ids[1]) == ids[2]
    assert await counts(bob) == (ids[2], 1, 1)
    await told(alice, "DeleteMessage", HOME, commentId=ids[3])
    assert await counts(bob) == (ids[2], 0, 0)
    assert await counts(alice) == (None, None, None)


async def test_only_what_was_said_can_be_read_and_only_by_accounts(hub: str, join: Join) -> None:
    alice, guest = await account(hub, join, "alice"), await join(hub, "wanderer")
    said = (await alice.post("one"))["message"]["commentId"]
    assert await read(alice, said + 1) == "not_found"
    assert await read(alice, 2**53 - 1) == "not_found"
    assert await read(guest, said) == "forbidden"
    assert await counts(guest) == (None, None, None)


async def test_a_count_ends_and_is_the_same_on_another_hub(
    start_hub: StartHub, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.rooms.reading.MOST_UNREAD", 5)
    here, there = await start_hub(), await start_hub()
    alice, bob = await account(here, join, "alice"), await account(there, join, "bob")
    first = (await alice.post("one"))["message"]["commentId"]
    await read(bob, first)
    for number in range(3):
        await alice.post(f"number {number}")
    assert await counts(bob) == (first, 3, 0)
    for number in range(10):
        await alice.post(f"number {number}")
    assert await counts(bob) == (first, 5, 0)
    again = await join(here, "bob", token=bob.token)
    assert await counts(again) == (first, 5, 0)
