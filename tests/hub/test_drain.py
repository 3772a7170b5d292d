"""What the hub promises about events, however they come."""

import itertools
import json
from typing import Any

import pytest

from contracts.events import Event
from contracts.jobs import Job
from contracts.message import Message
from contracts.names import OUTPUT_QUEUE, poison_queue
from contracts.storage import open_storage
from contracts.wire import TEXT_LIMIT
from tests.client import Client
from tests.hub.conftest import EngineSide, Join, failed, finished, progress, whose


async def asked(alice: Client, engine: EngineSide) -> Job:
    await alice.post("@EchoBot hello")
    return await engine.thinks()


async def settled(alice: Client, engine: EngineSide) -> list[Message]:
    """What a fresh load shows once everything that was sent is taken in: one more answer comes through behind it."""
    before = len(alice.answers())
    await alice.post("@EchoBot marker")
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) > before)
    await alice.until(lambda person: not any(one.is_thinking for one in person.messages.values()))
    return await alice.history()


ORDERS = list(itertools.permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS, ids=["".join(map(str, order)) for order in ORDERS])
async def test_events_in_any_order_and_twice_give_the_same_thread(
    alice: Client, engine: EngineSide, order: tuple[int, ...]
) -> None:
    job = await asked(alice, engine)
    events: list[Event] = [progress(job, "h", 1), progress(job, "hel", 2), finished(job, "hello", 3)]
    for at in (*order, *order):
        await engine.events.send([events[at]])
    history = await settled(alice, engine)
    answer = next(one for one in history if one.comment_id == job.comment_id)
    assert (answer.text, answer.is_thinking, answer.usage is not None) == ("hello", False, True)
    assert history == sorted(alice.messages.values(), key=lambda one: one.comment_id)


async def test_every_change_raises_the_channels_revision_by_one(alice: Client, engine: EngineSide) -> None:
    job = await asked(alice, engine)
    for seq in range(1, 4):
        await engine.events.send([progress(job, "x" * seq, seq)])
        await alice.until(lambda person, seq=seq: person.messages[job.comment_id].text == "x" * seq)  # type: ignore[misc]
    await engine.events.send([finished(job)])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert [message.revision for message in alice.heard] == [1, 2, 3, 4, 5, 6]


async def test_a_failure_ends_the_placeholder_with_its_reason(alice: Client, engine: EngineSide) -> None:
    job = await asked(alice, engine)
    await engine.events.send([failed(job), finished(job, "too late", 10)])
    await alice.until(lambda person: len(person.answers()) == 1)
    history = await settled(alice, engine)
    assert history[1].error is not None
    assert (history[1].error.code, history[1].text) == ("bot_failed", "")


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "{}", '{"items":[]}', '{"kind":"finished"}', '{"payload":"gone.json"}', "[" * 5000, "null"],
)
async def test_what_cannot_be_read_is_put_aside_with_the_reason(
    alice: Client, engine: EngineSide, connection_string: str, body: str
) -> None:
    await engine.events.client.send_message(body)
    await settled(alice, engine)
    async with open_storage(connection_string, None) as storage:
        poison = storage.queues.get_queue_client(poison_queue(OUTPUT_QUEUE))
        entries = [json.loads(str(message.content)) async for message in poison.receive_messages()]
    assert len(entries) == 1
    assert entries[0]["reason"]
    assert entries[0]["queue"] == OUTPUT_QUEUE


async def test_one_bad_event_does_not_take_its_neighbours_along(alice: Client, engine: EngineSide) -> None:
    job = await asked(alice, engine)
    good = json.loads(finished(job, "good").to_json())
    await engine.events.client.send_message(json.dumps({"items": [{"kind": "nonsense"}, good]}))
    await alice.until(lambda person: len(person.answers()) == 1)
    assert alice.answers()[0].text == "good"


async def test_an_answer_larger_than_a_queue_message_arrives_whole(alice: Client, engine: EngineSide) -> None:
    job = await asked(alice, engine)
    await engine.events.send([finished(job, "🐔" * TEXT_LIMIT)])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert alice.answers()[0].text == "🐔" * TEXT_LIMIT


@pytest.mark.parametrize("change", [{"commentId": 77}, {"jobId": "f" * 32}, {"channel": "Nowhere"}])
async def test_an_event_of_a_job_that_never_was_changes_nothing(
    alice: Client, engine: EngineSide, change: dict[str, Any]
) -> None:
    job = await asked(alice, engine)
    forged = json.loads(finished(job, "forged").to_json()) | change
    await engine.events.client.send_message(json.dumps(forged))
    await engine.events.send([finished(job, "true")])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert [one.text for one in await settled(alice, engine)][:2] == ["@EchoBot hello", "true"]
    assert whose(job)["comment_id"] == job.comment_id


async def test_who_asked_may_stop_the_answer_and_nobody_else(
    hub: str, alice: Client, join: Join, engine: EngineSide
) -> None:
    job = await asked(alice, engine)
    bob = await join(hub, "bob")
    await engine.events.send([progress(job, "so far", 1)])
    await alice.until(lambda person: person.messages[job.comment_id].text == "so far")
    wish = {"channel": job.channel, "commentId": job.comment_id}
    assert (await bob.call("StopThinking", **wish))["error"]["code"] == "forbidden"
    assert (await alice.call("StopThinking", **wish))["ok"]
    await alice.until(lambda person: len(person.answers()) == 1)
    await engine.events.send([finished(job, "too late", 5)])
    stopped = (await settled(alice, engine))[1]
    assert stopped.error is not None
    assert (stopped.text, stopped.error.code) == ("so far", "stopped")
