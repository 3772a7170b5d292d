"""Which models are in memory: what fits, the most recently used, and never what would not fit."""

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.jobs import Job
from engine import models as models_module
from engine.answers import Fetch, Generation, Model
from engine.bots import Bot
from engine.device import choose
from engine.failures import JobError, ModelUnavailableError, OutOfMemoryError, TooLargeError
from engine.memory import estimated_bytes
from engine.models import Models
from tests.engine.conftest import save_gpt2

WAIT_S = 20.0
CPU = choose("cpu")


@pytest.fixture(scope="module")
def bots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bot, ...]:
    """Five bots, each with a model of its own, all of one size."""
    folder = tmp_path_factory.mktemp("models")
    for number in range(5):
        save_gpt2(folder / str(number))
    return tuple(Bot(name=f"Bot{number}", kind="gpt2", model=str(folder / str(number))) for number in range(5))


class House:
    """Models with room for so many of the bots', and word of each change."""

    def __init__(self, budget_bytes: int) -> None:
        self._changed = threading.Condition()
        self.models = Models(budget_bytes, CPU, self._hear)

    def _hear(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def use(self, bot: Bot) -> Model:
        """As a lane does: asks again whenever something changed."""
        with self._changed:
            for _ in range(1000):
                model = self.models.take(bot)
                if model is not None:
                    return model
                self._changed.wait(WAIT_S / 1000)
        raise AssertionError(f"{bot.name} never came")

    def try_out(self, bot: Bot) -> None:
        self.use(bot)
        self.models.release(bot)

    @property
    def names(self) -> list[str]:
        return [Path(name).name for name, _ in self.models.held()]


def house_for(bots: tuple[Bot, ...], count: float) -> House:
    size = estimated_bytes(bots[0].model, "gpt2", CPU.dtype)
    assert size
    return House(int(size * count * 1.05))


@pytest.fixture
def two(bots: tuple[Bot, ...]) -> Iterator[House]:
    house = house_for(bots, 2)
    yield house
    house.models.close()


def test_the_thread_that_loads_ends_with_the_last_wish(two: House, bots: tuple[Bot, ...]) -> None:
    for bot in bots[:3]:
        two.try_out(bot)
    loaders = [thread for thread in threading.enumerate() if thread.name == "loader"]
    for thread in loaders:
        thread.join(WAIT_S)
    assert not any(thread.is_alive() for thread in loaders)
    two.try_out(bots[3])


def test_a_model_is_loaded_once_and_then_there(two: House, bots: tuple[Bot, ...]) -> None:
    assert two.models.take(bots[0]) is None
    first = two.use(bots[0])
    assert two.use(bots[0]) is first
    assert two.models.state(bots[0]) == "warm"
    assert two.models.state(bots[1]) == "cold"


def test_the_least_recently_used_goes_first(two: House, bots: tuple[Bot, ...]) -> None:
    for number in (0, 1, 0, 2):
        two.try_out(bots[number])
    assert two.names == ["0", "2"]


def test_a_model_in_use_is_not_dropped(two: House, bots: tuple[Bot, ...]) -> None:
    two.use(bots[0])
    two.try_out(bots[1])
    two.try_out(bots[2])
    assert two.names == ["0", "2"]


def test_a_model_waits_until_those_in_its_way_are_idle(two: House, bots: tuple[Bot, ...]) -> None:
    two.use(bots[0])
    two.use(bots[1])
    assert two.models.take(bots[2]) is None
    threading.Timer(0.1, two.models.release, [bots[1]]).start()
    two.use(bots[2])
    assert two.names == ["0", "2"]


def test_a_busy_model_takes_nothing_new_when_another_has_waited_too_long(
    two: House, bots: tuple[Bot, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_module, "PATIENCE_S", 0.05)
    two.use(bots[0])
    two.use(bots[1])
    assert two.models.take(bots[2]) is None
    while two.models.take(bots[0]) is not None:
        two.models.release(bots[0])
        threading.Event().wait(0.01)
    two.models.release(bots[0])
    two.use(bots[2])
    assert two.names == ["1", "2"]


def test_the_memory_stays_within_its_budget_whoever_is_asked(bots: tuple[Bot, ...]) -> None:
    house = house_for(bots, 3)
    for number in range(15):
        house.try_out(bots[number % 5])
        assert sum(size for _, size in house.models.held()) <= house.models.budget_bytes
    assert 3 <= len(house.names) < 5
    house.models.close()


def test_a_model_larger_than_the_budget_fails_and_takes_nothing_down_with_it(
    two: House, bots: tuple[Bot, ...], tmp_path: Path
) -> None:
    two.try_out(bots[0])
    save_gpt2(tmp_path, layers=40)
    with pytest.raises(TooLargeError, match=r"needs .* of"):
        two.use(Bot(name="Giant", kind="gpt2", model=str(tmp_path)))
    assert two.names == ["0"]


def test_a_broken_model_fails_and_the_next_one_loads(two: House, bots: tuple[Bot, ...], tmp_path: Path) -> None:
    broken = Bot(name="Broken", kind="gpt2", model=str(tmp_path))
    with pytest.raises(ModelUnavailableError):
        two.use(broken)
    with pytest.raises(JobError):
        two.models.take(broken)
    assert two.models.state(broken) == "cold"
    two.try_out(bots[0])


def test_models_are_warmed_as_far_as_they_fit_beside_each_other(two: House, bots: tuple[Bot, ...]) -> None:
    two.models.warm(bots)
    two.try_out(bots[0])
    while two.models.has_wishes:
        threading.Event().wait(0.01)
    assert two.names == ["1", "0"] or two.names == ["0", "1"]


def test_bots_with_the_same_model_share_it(two: House, bots: tuple[Bot, ...]) -> None:
    twin = bots[0].model_copy(update={"name": "Twin"})
    assert two.use(bots[0]) is two.use(twin)
    assert len(two.names) == 1


class Loading:
    """Stands for the kinds' loading; `left_at_load` tells of each load whether an earlier model was still there."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.errors: list[BaseException] = []
        self.left_at_load: list[bool] = []
        self.gone: list[weakref.finalize[..., Any]] = []

    def __call__(self, _bot: Bot) -> Model:
        self.left_at_load.append(any(each.alive for each in self.gone))
        model = Heavy(self.size_bytes)
        self.gone.append(weakref.finalize(model, int))
        if self.errors:
            raise self.errors.pop(0)
        return model


class Heavy(Model):
    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        raise NotImplementedError


def refused(house: House, bot: Bot) -> JobError:
    """As a lane hears it, again and again."""
    for _ in range(100):
        with pytest.raises(JobError):
            house.try_out(bot)
    with pytest.raises(JobError) as told:
        house.try_out(bot)
    return told.value


def test_nothing_is_left_of_a_model_that_turned_out_too_large(
    two: House, bots: tuple[Bot, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = Loading(two.models.budget_bytes + 1)
    monkeypatch.setattr(two.models, "_load", loading)
    error = refused(two, bots[0])
    gc.collect()
    assert isinstance(error, TooLargeError)
    assert [each.alive for each in loading.gone] == [False]


def test_nothing_is_left_of_the_first_try_when_memory_was_short(
    two: House, bots: tuple[Bot, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = Loading(1)
    loading.errors = [OutOfMemoryError("full")]
    monkeypatch.setattr(two.models, "_load", loading)
    two.try_out(bots[0])
    assert loading.left_at_load == [False, False]


def test_a_panic_while_loading_is_told_and_the_next_model_comes(
    two: House, bots: tuple[Bot, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = Loading(1)
    loading.errors = [SystemExit("a panic")]
    monkeypatch.setattr(two.models, "_load", loading)
    assert isinstance(refused(two, bots[0]), ModelUnavailableError)
    two.try_out(bots[1])
