"""The sweep: what shows no sign of life is asked again under the same job id, what is past its deadline ends."""

import asyncio
from pathlib import Path

import pytest

from hub.errors import TooManyRequestsError
from hub.settings import Settings
from hub.talk import sweep
from tests.client import client
from tests.hub.conftest import EngineSide, Join, StartHub, finished
from tests.hub.rooms import ROOM, account, create, eventually, open_house, said, told

MOST_WAITING: int = Settings.model_fields["hub_limit_waiting"].default


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.1)
    monkeypatch.setattr(sweep, "ROUND_S", 0.5)


async def test_a_job_that_vanished_is_asked_again_under_its_id_while_its_bot_is_awake(
    start_hub: StartHub, join: Join, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "SILENT_AFTER_MS", 100)
    monkeypatch.setattr("hub.talk.placeholders.MARK_AFTER_S", 0)
    alice = await join(await start_hub())
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    lease, first = await engine.next_job()
    await lease.delete()
    _, second = await engine.next_job()
    assert (second.job_id, second.comment_id, second.requeue) == (first.job_id, first.comment_id, 1)
    await engine.events.send([finished(second), finished(first, "twice")])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert [one.text for one in await alice.history()] == ["@EchoBot hello", "hello"]


async def test_a_placeholder_past_its_deadline_ends_with_a_friendly_error(
    start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    alice = await join(await start_hub(hub_job_deadline_s=1))
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    await alice.until(lambda person: len(person.answers()) == 1)
    error = (await alice.history())[1].error
    assert error is not None
    assert error.code == "expired"


async def test_a_post_whose_job_could_not_be_queued_is_accepted_and_repaired(
    start_hub: StartHub, join: Join, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "UNQUEUED_AFTER_MS", 100)
    alice = await join(await start_hub())
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot warm up")
    await engine.answer_next()
    await engine.jobs.client.delete_queue()
    assert (await alice.post("@EchoBot hello"))["ok"]
    await engine.jobs.client.create_queue()
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 2)
    assert not any(one.is_thinking for one in await alice.history())


async def test_what_a_hub_that_is_gone_left_in_a_quiet_channel_is_repaired(
    start_hub: StartHub,
    join: Join,
    engine: EngineSide,
    connection_string: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dies(*_: object) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr("contracts.outbox.Outbox.put", dies)
        broken.setattr(sweep.Sweep, "channel", dies)
        async with open_house(connection_string, tmp_path) as (address, _), client(address, "alice") as alice:
            await alice.join("Candles")
            await engine.wake()
            await alice.until(lambda person: person.is_awake("EchoBot"))
            assert (await alice.post("@EchoBot hello", channel="Candles"))["ok"]
    monkeypatch.setattr(sweep, "UNQUEUED_AFTER_MS", 100)
    bob = await join(await start_hub(), "bob", channel="Candles")
    await engine.answer_next()
    await bob.until(lambda person: len(person.answers()) == 1)


async def test_each_round_visits_the_busy_channels_and_some_of_the_others_in_turn(
    start_hub: StartHub, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[list[str]] = []
    all_seen = asyncio.Event()

    async def visit(_sweep: sweep.Sweep, names: list[str]) -> None:
        rounds.append(names)
        if len(rounds) > 13:
            all_seen.set()

    monkeypatch.setattr(sweep, "EVERY_S", 0.05)
    monkeypatch.setattr(sweep, "ROUND_S", 0.25)
    alice = await join(await start_hub())
    monkeypatch.setattr("hub.log.archive.Archive.busy_within", lambda _archive, _seconds: {"Art"})
    monkeypatch.setattr(sweep.Sweep, "_visit", visit)
    async with asyncio.timeout(30):
        await all_seen.wait()
    names = {card["channel"]["name"] for card in (await alice.call("ListChannels"))["channels"]}
    seen = rounds[2:12]
    assert all(one[0] == "Art" and len(one) == 3 for one in seen)
    for at in range(6):
        assert {name for one in seen[at : at + 5] for name in one} == names


async def test_what_was_asked_in_a_channel_that_is_deleted_is_not_waited_for(
    join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    async with open_house(connection_string, tmp_path) as (address, house):
        alice = await account(address, join, "alice")
        await engine.wake()
        await alice.until(lambda person: person.is_awake("EchoBot"))
        await create(alice, "public")
        await said(alice, "@EchoBot hello")

        async def waits_for_nothing() -> bool:
            try:
                house.waiting.check(ROOM, "alice", MOST_WAITING)
            except TooManyRequestsError:
                return False
            return True

        assert not await waits_for_nothing()
        assert await told(alice, "DeleteChannel", confirm=ROOM) is True
        await eventually(waits_for_nothing)
