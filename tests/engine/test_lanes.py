"""How much a lane takes, what begins next, and that one run neither disturbs nor outlives another."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

import pytest

from contracts.message import Parameters
from engine.answers import Answer, Fetch, Generation, Model, Snapshot, fetched
from engine.bots import Bot
from engine.failures import ModelUnavailableError, StoppedError
from engine.lanes import MOST_WAITING, Lane
from engine.run import Run
from engine.turns import Rank, Turns

ANSWER = Answer("done", parameters=Parameters(), model="none")
BOT = Bot(name="EchoBot", kind="echo")
LATE = Bot(name="LateBot", kind="echo")
LOST = Bot(name="LostBot", kind="echo")


class Stepped(Model):
    """Counts its steps; from `breaks_at` on they fail."""

    def __init__(self) -> None:
        self.steps = 0
        self.breaks_at = 1_000_000

    @property
    def size_bytes(self) -> int:
        return 0

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self.breaks_at:
            raise ArithmeticError

    def answer(self, bot: Bot, job: object, fetch: Fetch) -> Generation:
        raise NotImplementedError


class House:
    """EchoBot's model is there, LateBot's when it has come, LostBot's never."""

    def __init__(self) -> None:
        self.model = Stepped()
        self.has_come = False
        self.users = 0

    def take(self, bot: Bot) -> Model | None:
        if bot is LOST:
            raise ModelUnavailableError("lost")
        if bot is LATE and not self.has_come:
            return None
        self.users += 1
        return self.model

    def release(self, bot: Bot) -> None:
        self.users -= 1


def nothing() -> None:
    return


def opened(
    house: House | None = None, has_room: Callable[[], None] = nothing, turns: Turns | None = None, places: int = 1
) -> Lane:
    return Lane("text", house or House(), turns, has_room, places=places)


def run_of(
    begin: Callable[[], Generation],
    channel: str = "CoopsLab",
    bot: Bot = BOT,
    rank: Rank = Rank.PERSON,
    is_suspect: bool = False,
) -> Run:
    return Run(bot, channel, rank, lambda _model: begin(), is_suspect)


def quick() -> Generation:
    yield ANSWER


def wordless() -> Generation:
    yield Snapshot("...")


class Gate:
    """Holds up whoever begins with `held`."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.open = self._open.set

    def held(self) -> Generation:
        self._open.wait()
        yield ANSWER


async def test_a_new_lane_takes_one_job_to_do_and_one_to_wait() -> None:
    lane, gate = opened(), Gate()
    assert lane.room == 2
    runs = [lane.start(run_of(gate.held)), lane.start(run_of(gate.held))]
    assert lane.room == 0
    gate.open()
    assert [await run.outcome for run in runs] == [ANSWER, ANSWER]


async def test_a_full_lane_says_when_it_has_room_again() -> None:
    has_room = asyncio.Event()
    lane = opened(has_room=has_room.set)
    while lane.room:
        lane.start(run_of(quick))
    async with asyncio.timeout(10):
        await has_room.wait()
    assert lane.room > 0


async def test_a_lane_of_quick_jobs_takes_many() -> None:
    lane = opened()
    await lane.start(run_of(quick)).outcome
    await rested(lane)
    assert lane.room == 1 + MOST_WAITING


async def test_nothing_waits_behind_a_job_that_failed_before() -> None:
    has_room = asyncio.Event()
    lane = opened(has_room=has_room.set)
    run = lane.start(run_of(quick, is_suspect=True))
    assert lane.room == 0
    await run.outcome
    await has_room.wait()
    assert lane.room > 0


async def test_a_job_that_failed_before_is_alone() -> None:
    lane = opened(places=4)
    company: dict[int, set[int]] = {}

    def seen(number: int) -> Generation:
        for _ in range(20):
            company.setdefault(number, set()).add(lane.running)
            yield Snapshot(str(number))
        yield ANSWER

    runs = [lane.start(run_of(partial(seen, number), is_suspect=number == 2)) for number in range(5)]
    await asyncio.gather(*(run.outcome for run in runs))
    assert company[2] == {1}
    assert max(company[1]) > 1


async def test_jobs_of_one_channel_begin_in_the_order_in_which_they_came() -> None:
    lane = opened()
    order: list[int] = []
    runs = [lane.start(run_of(partial(noted, order, number))) for number in range(5)]
    await asyncio.gather(*(run.outcome for run in runs))
    assert order == [0, 1, 2, 3, 4]


def noted(order: list[int], number: int) -> Generation:
    order.append(number)
    yield ANSWER


async def test_a_channel_with_less_under_way_comes_first() -> None:
    lane, gate = opened(places=2), Gate()
    order: list[int] = []

    may_end = threading.Event()

    def first() -> Generation:
        while not may_end.is_set():
            yield Snapshot("...")
        yield ANSWER

    long_one = lane.start(run_of(first, "busy"))
    blocker = lane.start(run_of(gate.held, "quiet"))
    await asyncio.gather(long_one.begun.wait(), blocker.begun.wait())
    runs = [lane.start(run_of(partial(noted, order, number), "busy")) for number in range(3)]
    runs.append(lane.start(run_of(partial(noted, order, 99), "quiet")))
    gate.open()
    await asyncio.gather(*(run.outcome for run in runs))
    may_end.set()
    await long_one.outcome
    assert order[0] == 99


async def test_a_channel_that_has_nothing_here_finds_room_in_a_full_lane() -> None:
    lane, gate = opened(), Gate()
    runs = [lane.start(run_of(gate.held, "busy")) for _ in range(lane.room)]
    assert lane.is_hogged
    assert not lane.has_room_for("busy")
    assert lane.has_room_for("quiet")
    runs.append(lane.start(run_of(quick, "quiet")))
    assert not lane.has_room_for("quiet")
    gate.open()
    await asyncio.gather(*(run.outcome for run in runs))


async def test_bots_talk_with_each_other_when_no_person_waits() -> None:
    lane, gate = opened(), Gate()
    order: list[int] = []
    runs = [lane.start(run_of(gate.held))]
    await runs[0].begun.wait()
    runs.append(lane.start(run_of(partial(noted, order, 2), rank=Rank.BOT)))
    runs.append(lane.start(run_of(partial(noted, order, 1), rank=Rank.PERSON)))
    gate.open()
    await asyncio.gather(*(run.outcome for run in runs))
    assert order == [1, 2]


async def test_what_has_its_model_does_not_wait_for_what_has_not() -> None:
    house = House()
    lane = opened(house)
    late = lane.start(run_of(quick, bot=LATE))
    assert await lane.start(run_of(quick)).outcome == ANSWER
    assert not late.begun.is_set()
    house.has_come = True
    lane.look_again()
    assert await late.outcome == ANSWER


async def test_a_model_that_cannot_be_loaded_ends_its_own_runs_alone() -> None:
    lane = opened()
    lost, fine = lane.start(run_of(quick, bot=LOST)), lane.start(run_of(quick))
    with pytest.raises(ModelUnavailableError):
        await lost.outcome
    assert await fine.outcome == ANSWER
    await rested(lane)


async def test_runs_of_one_model_share_its_steps_and_let_go_of_it() -> None:
    house = House()
    lane = opened(house, places=8)
    gate = Gate()

    def ten() -> Generation:
        for _ in range(10):
            yield Snapshot("...")
        yield ANSWER

    blocker = lane.start(run_of(gate.held))
    await blocker.begun.wait()
    runs = [lane.start(run_of(ten)) for _ in range(8)]
    gate.open()
    await asyncio.gather(*(run.outcome for run in (blocker, *runs)))
    await rested(lane)
    assert house.model.steps < 8 * 11
    assert house.users == 0


async def test_a_step_that_fails_ends_all_runs_of_its_model() -> None:
    house = House()
    house.model.breaks_at = 3
    lane = opened(house, places=2)

    def endless() -> Generation:
        while True:
            yield Snapshot("and")

    for run in [lane.start(run_of(endless)), lane.start(run_of(endless))]:
        with pytest.raises(ArithmeticError):
            await run.outcome
    await rested(lane)


async def test_an_error_is_the_outcome_of_its_own_run_alone() -> None:
    lane = opened()

    def broken() -> Generation:
        yield Snapshot("so far")
        raise ArithmeticError

    failed, mute, fine = (lane.start(run_of(each)) for each in (broken, wordless, quick))
    with pytest.raises(ArithmeticError):
        await failed.outcome
    with pytest.raises(RuntimeError, match="without an answer"):
        await mute.outcome
    assert await fine.outcome == ANSWER


async def test_a_stopped_run_is_pulled_no_more_and_closed() -> None:
    lane = opened()
    closed = threading.Event()

    def endless() -> Generation:
        try:
            while True:
                yield Snapshot("and")
        finally:
            closed.set()

    run = lane.start(run_of(endless))
    while run.latest is None:  # noqa: ASYNC110  a run tells nobody of its snapshots
        await asyncio.sleep(0.001)
    run.stop(StoppedError())
    with pytest.raises(StoppedError):
        await run.outcome
    assert await asyncio.to_thread(closed.wait, 10)


async def test_a_run_that_was_stopped_while_it_waited_never_begins() -> None:
    lane, gate = opened(), Gate()
    first, waiting, last = lane.start(run_of(gate.held)), lane.start(run_of(quick)), lane.start(run_of(quick))
    waiting.stop(StoppedError())
    gate.open()
    await asyncio.gather(first.outcome, last.outcome)
    with pytest.raises(StoppedError):
        await waiting.outcome
    assert not waiting.begun.is_set()


async def test_a_long_picture_never_makes_a_text_wait_longer_than_one_step_of_it() -> None:
    turns = Turns()
    text, picture = opened(turns=turns), Lane("picture", House(), turns, nothing)
    steps = 0
    steps_when_text_ended = []
    step_may_end = threading.Semaphore(0)

    def painted() -> Generation:
        nonlocal steps
        for _ in range(50):
            step_may_end.acquire(timeout=10)
            steps += 1
            yield Snapshot("...")
        yield ANSWER

    def written() -> Generation:
        for _ in range(20):
            yield Snapshot("...")
        steps_when_text_ended.append(steps)
        yield ANSWER

    painting = picture.start(run_of(painted, rank=Rank.PICTURE))
    step_may_end.release()
    while steps == 0:  # noqa: ASYNC110  a thread tells nobody of its steps
        await asyncio.sleep(0.001)
    writing = text.start(run_of(written))
    while not (turns.is_waited_for("text") or writing.outcome.done()):  # noqa: ASYNC110  nor of its wish
        await asyncio.sleep(0.001)
    step_may_end.release()
    assert await writing.outcome == ANSWER
    assert steps_when_text_ended[0] <= 2
    for _ in range(50):
        step_may_end.release()
    assert await painting.outcome == ANSWER


async def test_others_have_the_device_while_a_picture_is_fetched() -> None:
    turns = Turns()
    text, vision = opened(turns=turns), Lane("vision", House(), turns, nothing)
    arriving: Future[bytes] = Future()

    def looked() -> Generation:
        data = yield from fetched(lambda _: arriving, "a.png")
        yield Answer(data.decode(), parameters=Parameters(), model="none")

    looking = vision.start(run_of(looked))
    await looking.begun.wait()
    for _ in range(3):
        assert await text.start(run_of(quick)).outcome == ANSWER
    assert not looking.outcome.done()
    arriving.set_result(b"a hen")
    assert (await looking.outcome).text == "a hen"


async def test_an_answer_that_waits_for_a_picture_can_be_stopped() -> None:
    lane = opened()
    waiting = lane.start(run_of(fetched_for_ever))
    await waiting.begun.wait()
    waiting.stop(StoppedError())
    await rested(lane)
    assert waiting.is_closed


def fetched_for_ever() -> Generation:
    yield from fetched(lambda _: Future(), "a.png")
    yield ANSWER


class PanicError(BaseException):
    """As libraries in Rust raise it: no Exception."""


@pytest.mark.parametrize("has_turns", [True, False])
async def test_a_panic_ends_the_run_and_neither_its_lane_nor_the_others(has_turns: bool) -> None:
    turns = Turns() if has_turns else None
    lane, other = opened(turns=turns), Lane("vision", House(), turns, nothing)

    def panics() -> Generation:
        yield Snapshot("...")
        raise PanicError("out of bounds")

    def clings() -> Generation:
        try:
            while True:
                yield Snapshot("...")
        finally:
            raise PanicError("cannot let go")

    with pytest.raises(RuntimeError, match="out of bounds"):
        await lane.start(run_of(panics)).outcome
    clinging = lane.start(run_of(clings))
    await clinging.begun.wait()
    clinging.stop(StoppedError())
    await rested(lane)
    assert await other.start(run_of(quick)).outcome == ANSWER
    assert await lane.start(run_of(quick)).outcome == ANSWER


async def test_a_run_that_is_over_keeps_no_model() -> None:
    house = House()
    lane = opened(house)
    run = lane.start(run_of(quick))
    await run.outcome
    await rested(lane)
    gone = weakref.finalize(house.model, nothing)
    del house.model
    gc.collect()
    assert not gone.alive
    assert run.is_closed


async def rested(lane: Lane) -> None:
    async with asyncio.timeout(10):
        while not lane.is_idle:  # noqa: ASYNC110  only a full lane tells of its room
            await asyncio.sleep(0.001)
