"""Engines as processes of their own: killed, told to leave, several at once, and without storage for a while."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from contracts.events import Finished
from contracts.message import Parameters
from engine.events import EVENTS_PER_TRY
from infra.azurite import Azurite
from tests.engine.conftest import StartEngine, running_engine
from tests.engine.desk import Desk, job, open_desk


async def test_a_job_of_a_killed_engine_is_done_by_the_next_one(
    desk: Desk, start_engine: StartEngine, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=600))
    await desk.input.send([asked])
    killed = await start_engine(ENGINE_LEASE_S="2")
    await desk.until("progress", asked)
    killed.kill()
    await killed.wait()
    assert not desk.said(asked, "ended")
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        await desk.until_empty()
        await desk.listen()
    end = desk.end(asked)
    assert isinstance(end, Finished)
    assert end.seq // EVENTS_PER_TRY == 1


async def test_a_job_that_takes_three_engines_with_it_is_poisoned(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("EchoBot")
    await desk.input.send([asked])
    for _ in range(3):
        while not await desk.input.receive(1, 1):  # noqa: ASYNC110  until it is in sight again
            await asyncio.sleep(0.1)
    async with running_engine(connection_string, bots_file):
        await desk.until("failed", asked)
        await desk.until_empty()
    assert len(await desk.poisoned()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a signal that it could hear")
async def test_an_engine_told_to_leave_says_farewell_and_gives_its_job_to_the_next_one(
    desk: Desk, start_engine: StartEngine, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=600))
    await desk.input.send([asked])
    leaving = await start_engine(ENGINE_LEASE_S="3600", ENGINE_GRACE_S="0.1")
    await desk.until("progress", asked)
    leaving.send_signal(signal.SIGTERM)
    assert await leaving.wait() == 0
    await desk.listen()
    *beats, farewell = desk.heartbeats()
    assert farewell.leaving
    assert not any(beat.leaving for beat in beats)
    assert not desk.said(asked, "ended")
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        await desk.until_empty()
    end = desk.end(asked)
    assert isinstance(end, Finished)
    assert end.seq > max(event.seq for event in desk.said(asked, "progress"))


async def test_an_engine_told_to_leave_finishes_what_ends_within_its_grace(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=100))
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file, grace_s=60):
        await desk.until("started", asked)
    await desk.listen()
    assert isinstance(desk.end(asked), Finished)
    assert await desk.left() == 0


async def test_two_engines_answer_forty_jobs_once_each(desk: Desk, start_engine: StartEngine) -> None:
    asked = [job("EchoBot", str(number)) for number in range(40)]
    await asyncio.gather(start_engine(), start_engine())
    while len({beat.engine_id for beat in desk.heartbeats()}) < 2:
        await desk.listen()
    for each in asked[:20]:
        await desk.input.send([each])
    await desk.input.send(asked[20:])
    await desk.until("ended", *asked)
    await desk.until_empty()
    await desk.listen()
    assert [end.text for each in asked if isinstance(end := desk.end(each), Finished)] == [str(n) for n in range(40)]


async def test_an_engine_outlives_an_outage_of_storage(own_azurite: Azurite, bots_file: Path) -> None:
    before, during, after = job("EchoBot"), job("SlowBot", parameters=Parameters(max_new_tokens=500)), job("EchoBot")
    async with (
        open_desk(own_azurite.connection_string) as desk,
        running_engine(own_azurite.connection_string, bots_file),
    ):
        await desk.input.send([before])
        await desk.until("ended", before)
        await desk.input.send([during])
        await desk.until("started", during)
        await own_azurite.stop()
        await asyncio.sleep(2)
        await own_azurite.start()
        await desk.input.send([after])
        await desk.until("ended", during, after)
        await desk.until_empty()
        assert isinstance(desk.end(during), Finished)
        assert isinstance(desk.end(after), Finished)


async def test_an_engine_that_starts_before_storage_waits_for_it(own_azurite: Azurite, bots_file: Path) -> None:
    await own_azurite.stop()
    async with running_engine(own_azurite.connection_string, bots_file):
        await own_azurite.start()
        async with open_desk(own_azurite.connection_string) as desk:
            asked = job("EchoBot")
            await desk.input.send([asked])
            await desk.until("ended", asked)


async def test_an_engine_that_never_saw_storage_leaves_when_told(own_azurite: Azurite, bots_file: Path) -> None:
    await own_azurite.stop()
    async with running_engine(own_azurite.connection_string, bots_file):
        await asyncio.sleep(0.1)
