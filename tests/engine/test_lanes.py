"""How much a lane takes, and that one run neither disturbs nor outlives another."""

import asyncio
import threading
from functools import partial

import pytest

from contracts.message import Parameters
from engine.answers import Answer, Generation, Snapshot
from engine.failures import StoppedError
from engine.lanes import MOST_WAITING, Lane

ANSWER = Answer("done", parameters=Parameters(), model="none")


def quick() -> Generation:
    yield ANSWER


def wordless() -> Generation:
    yield Snapshot("...")


async def test_a_new_lane_takes_one_job_to_do_and_one_to_wait() -> None:
    lane = Lane("text", lambda: None)
    gate = threading.Event()

    def held() -> Generation:
        gate.wait()
        yield ANSWER

    assert lane.room == 2
    runs = [lane.start(held), lane.start(held)]
    assert lane.room == 0
    gate.set()
    assert [await run.outcome for run in runs] == [ANSWER, ANSWER]


async def test_a_full_lane_says_when_it_has_room_again() -> None:
    has_room = asyncio.Event()
    lane = Lane("text", has_room.set)
    while lane.room:
        lane.start(quick)
    async with asyncio.timeout(10):
        await has_room.wait()
    assert lane.room > 0


async def test_a_lane_of_quick_jobs_takes_many() -> None:
    lane = Lane("text", lambda: None)
    await lane.start(quick).outcome
    async with asyncio.timeout(10):
        while not lane.is_idle:  # noqa: ASYNC110  only a full lane tells of its room
            await asyncio.sleep(0.001)
    assert lane.room == 1 + MOST_WAITING


async def test_nothing_waits_behind_a_job_that_failed_before() -> None:
    has_room = asyncio.Event()
    lane = Lane("text", has_room.set)
    run = lane.start(quick, is_suspect=True)
    assert lane.room == 0
    await run.outcome
    await has_room.wait()
    assert lane.room > 0


async def test_jobs_begin_in_the_order_in_which_they_came() -> None:
    lane = Lane("text", lambda: None)
    order: list[int] = []

    def noted(number: int) -> Generation:
        order.append(number)
        yield ANSWER

    runs = [lane.start(partial(noted, number)) for number in range(5)]
    await asyncio.gather(*(run.outcome for run in runs))
    assert order == [0, 1, 2, 3, 4]


async def test_an_error_is_the_outcome_of_its_own_run_alone() -> None:
    lane = Lane("text", lambda: None)

    def broken() -> Generation:
        yield Snapshot("so far")
        raise ArithmeticError

    failed, mute, fine = lane.start(broken), lane.start(wordless), lane.start(quick)
    with pytest.raises(ArithmeticError):
        await failed.outcome
    with pytest.raises(RuntimeError, match="without an answer"):
        await mute.outcome
    assert await fine.outcome == ANSWER


async def test_a_stopped_run_is_pulled_no_more_and_closed() -> None:
    lane = Lane("text", lambda: None)
    closed = threading.Event()

    def endless() -> Generation:
        try:
            while True:
                yield Snapshot("and")
        finally:
            closed.set()

    run = lane.start(endless)
    await run.begun.wait()
    run.stop(StoppedError())
    with pytest.raises(StoppedError):
        await run.outcome
    assert await asyncio.to_thread(closed.wait, 10)


async def test_a_run_that_was_stopped_while_it_waited_never_begins() -> None:
    lane = Lane("text", lambda: None)
    gate = threading.Event()

    def held() -> Generation:
        gate.wait()
        yield ANSWER

    first, waiting, last = lane.start(held), lane.start(quick), lane.start(quick)
    waiting.stop(StoppedError())
    gate.set()
    await asyncio.gather(first.outcome, last.outcome)
    with pytest.raises(StoppedError):
        await waiting.outcome
    assert not waiting.begun.is_set()
