"""Beside other programs that compute there is a second team of threads, and only then."""

import threading

import psutil
import pytest

from engine.crowding import Crowding

WAIT_S = 10
CORES = psutil.cpu_count() or 1


class Machine:
    """What psutil says of it: how many cores are at work, and how many of them for this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.all = self.own = 0.0
        monkeypatch.setattr(psutil, "cpu_percent", lambda: 100 * self.all / CORES)
        monkeypatch.setattr(psutil.Process, "cpu_percent", lambda _process: 100 * self.own)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def second_teams() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "second team"]


def test_own_work_is_no_crowd(machine: Machine) -> None:
    crowding = Crowding()
    machine.all = machine.own = 1.0
    crowding.look()
    assert not crowding.is_crowded
    assert second_teams() == []


def test_a_second_team_is_there_as_long_as_others_compute(machine: Machine) -> None:
    crowding = Crowding()
    machine.all, machine.own = 1.5, 0.5
    crowding.look()
    crowding.look()
    (team,) = second_teams()
    # In between it stays as it is.
    machine.all = 0.95
    crowding.look()
    assert second_teams() == [team]
    machine.all = 0.6
    crowding.look()
    team.join(WAIT_S)
    assert second_teams() == []


def test_nothing_is_left_after_the_end(machine: Machine) -> None:
    crowding = Crowding()
    machine.all = 1.0
    crowding.look()
    (team,) = second_teams()
    crowding.close()
    team.join(WAIT_S)
    assert second_teams() == []
