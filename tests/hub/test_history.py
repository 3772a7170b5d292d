"""History by pages, and what a client that was away gets."""

import asyncio

import pytest

from hub.log import tail
from tests.client import HOME, Client
from tests.hub.conftest import EngineSide, Join, StartHub, finished


async def fill(person: Client, count: int) -> None:
    for start in range(0, count, 10):
        await asyncio.gather(*(person.post(f"message {n}") for n in range(start, min(start + 10, count))))


@pytest.mark.parametrize("keep", [5, 200], ids=["memory holds little", "memory holds all"])
async def test_pages_upwards_show_every_message_once_and_in_order(
    hub: str, join: Join, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    monkeypatch.setattr(tail, "KEEP", keep)
    alice = await join(hub)
    await fill(alice, 57)
    page = await alice.call("GetMessagesForChannel", channel=HOME, limit=10)
    ids = [message["commentId"] for message in page["messages"]]
    while page["hasMore"]:
        page = await alice.call("GetMessagesForChannel", channel=HOME, limit=10, before=ids[0])
        ids = [message["commentId"] for message in page["messages"]] + ids
    assert len(ids) == 57
    assert ids == sorted(set(ids))


async def test_a_client_that_was_away_gets_what_changed_and_then_equals_a_fresh_load(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice, bob = await join(hub), await join(hub, "bob")
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot before")
    _, job = await engine.next_job()
    await bob.until(lambda person: len(person.messages) == 2)
    seen = max(message.revision for message in bob.messages.values())
    await bob.socket.disconnect()
    await engine.events.send([finished(job)])
    await alice.until(lambda person: len(person.answers()) == 1)
    await fill(alice, 5)
    held = dict(bob.messages)
    back = await join(hub, "bob", token=bob.token)
    page = await back.call("GetMessagesForChannel", channel=HOME, after=seen)
    assert page["hasMore"] is False
    assert len(page["messages"]) == 6
    back.messages = held
    for message in page["messages"]:
        back._message(message)  # noqa: SLF001  what a page does with a message
    assert sorted(back.messages.values(), key=lambda one: one.comment_id) == await alice.history()
    assert page["revision"] == max(message.revision for message in back.messages.values())


async def test_more_changes_than_the_limit_say_so(hub: str, join: Join) -> None:
    alice = await join(hub)
    await fill(alice, 12)
    page = await alice.call("GetMessagesForChannel", channel=HOME, after=0, limit=10)
    assert (len(page["messages"]), page["hasMore"]) == (10, True)


async def test_both_directions_at_once_make_no_sense(hub: str, join: Join) -> None:
    alice = await join(hub)
    answer = await alice.call("GetMessagesForChannel", channel=HOME, after=0, before=9)
    assert answer["error"]["code"] == "bad_request"


async def test_history_stands_after_a_restart(start_hub: StartHub, join: Join) -> None:
    alice = await join(await start_hub())
    await fill(alice, 3)
    again = await join(await start_hub(), "alice", token=alice.token)
    assert await again.history() == await alice.history()
    assert len(again.messages) == 3
