"""Turns on the device: the most urgent first, and nobody waits for ever."""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from engine import turns as turns_module
from engine.turns import Rank, Turns

WAIT_S = 10


def person() -> Rank:
    return Rank.PERSON


def picture() -> Rank:
    return Rank.PICTURE


def bot() -> Rank:
    return Rank.BOT


@contextmanager
def turn(turns: Turns, lane: str, rank: Callable[[], Rank]) -> Iterator[None]:
    """The lane has its turn for as long as the block runs."""
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        over.wait(WAIT_S)

    thread = threading.Thread(target=turns.do, args=(lane, rank, work), daemon=True)
    thread.start()
    assert begun.wait(WAIT_S)
    yield
    over.set()
    thread.join(WAIT_S)
    assert not thread.is_alive()


class Model:
    def step(self) -> None:
        pass


class Lanes:
    """Threads that ask for a turn each while somebody else has it; `order` tells who had theirs."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._threads: list[threading.Thread] = []
        self.order: list[str] = []

    def ask(self, lane: str, rank: Callable[[], Rank]) -> None:
        def work() -> None:
            self._turns.do(lane, rank, lambda: self.order.append(lane))
            self._turns.rest(lane)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)
        # Until it waits.
        while thread.is_alive() and not self._turns.is_waited_for(lane):
            threading.Event().wait(0.001)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(WAIT_S)
            assert not thread.is_alive()


def test_the_most_urgent_waiter_is_next() -> None:
    turns = Turns()
    lanes = Lanes(turns)
    with turn(turns, "first", person):
        lanes.ask("bots", bot)
        lanes.ask("picture", picture)
        lanes.ask("text", person)
    turns.rest("first")
    lanes.join()
    assert lanes.order == ["text", "picture", "bots"]


def test_those_that_are_equally_urgent_take_turns() -> None:
    turns = Turns()
    lanes = Lanes(turns)
    with turn(turns, "text", person):
        lanes.ask("vision", person)
        lanes.ask("text", person)
    turns.rest("text")
    lanes.join()
    assert lanes.order == ["vision", "text"]


def test_a_picture_waits_between_two_tokens_of_a_text() -> None:
    turns = Turns()
    lanes = Lanes(turns)
    with turn(turns, "text", person):
        lanes.ask("picture", picture)
    for _ in range(3):
        with turn(turns, "text", person):
            lanes.order.append("text")
    turns.rest("text")
    lanes.join()
    assert lanes.order == ["text", "text", "text", "picture"]


def test_what_waits_too_long_gets_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "PATIENCE_S", 0.05)
    turns = Turns()
    lanes = Lanes(turns)
    with turn(turns, "text", person):
        lanes.ask("picture", picture)
    lanes.join()
    assert lanes.order == ["picture"]


def test_a_lane_that_becomes_more_urgent_is_heard() -> None:
    turns = Turns()
    lanes = Lanes(turns)
    urgency = [Rank.BOT]
    with turn(turns, "picture", picture):
        lanes.ask("text", lambda: urgency[0])
        urgency[0] = Rank.PERSON
        turns.look_again()
    lanes.join()
    assert lanes.order == ["text"]
    assert turns.is_calm("picture", Rank.PICTURE)


def test_a_lane_is_calm_while_nobody_else_has_more_urgent_work() -> None:
    turns = Turns()
    with turn(turns, "text", person):
        assert turns.is_calm("text", Rank.BOT)
        assert not turns.is_calm("picture", Rank.PICTURE)
    turns.rest("text")
    assert turns.is_calm("picture", Rank.PICTURE)


def test_who_listens_hears_of_a_lane_that_comes_to_rest() -> None:
    turns = Turns()
    heard: list[str] = []
    turns.listen(lambda: heard.append("rest"))
    with turn(turns, "text", person):
        assert heard == []
    turns.rest("text")
    assert heard == ["rest"]


def test_all_turns_are_taken_in_one_thread_that_survives_what_goes_wrong() -> None:
    turns = Turns()
    threads: list[threading.Thread] = []

    def fail() -> None:
        raise ValueError("a bad step")

    turns.do("text", person, lambda: threads.append(threading.current_thread()))
    with pytest.raises(ValueError, match="a bad step"):
        turns.do("text", person, fail)
    turns.rest("text")
    turns.do("picture", picture, lambda: threads.append(threading.current_thread()))
    assert threads[0] is threads[1] is not threading.current_thread()


def test_nothing_of_the_last_turn_is_kept() -> None:
    turns = Turns()
    model = Model()
    gone = weakref.finalize(model, lambda: None)
    turns.do("text", person, model.step)
    del model
    for _ in range(1000):
        if not gone.alive:
            break
        time.sleep(0.01)
    assert not gone.alive
