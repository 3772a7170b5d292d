"""One command starts the three and leaves nothing behind; hub and engine are stand-ins here, Azurite is real."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from infra.azurite import PORTS
from infra.ports import free_ports, is_free

ROOT: Final = Path(__file__).parents[2]
STANDINS: Final = Path(__file__).with_name("standins")
# A test that waits for a line that never comes ends then, by the end of what it reads.
GIVE_UP_S: Final = 60

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops its child by SIGTERM")


class Local:
    """A running `python -m infra.local`."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.ports = range(first := free_ports(PORTS + 1), first + PORTS + 1)
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PLAYHOUSE_DATA": str(data),
            "AZURITE_PORT": str(first),
            "HUB_PORT": str(first + PORTS),
            **settings,
        }
        command = [sys.executable, "-m", "infra.local"]
        # `-m hub` finds the stand-in because the working directory comes first.
        self._process = subprocess.Popen(command, cwd=STANDINS, env=environment, stdout=subprocess.PIPE, text=True)
        self._watchdog = threading.Timer(GIVE_UP_S, self._process.terminate)
        self._watchdog.start()

    def read_until(self, pattern: str) -> re.Match[str]:
        """The first line that matches."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"it ended and never said {pattern!r}")

    def stop(self) -> tuple[int, str]:
        """Its exit code and what it said meanwhile."""
        self._process.terminate()
        return self.end()

    def end(self) -> tuple[int, str]:
        """Waits for its end."""
        said, _ = self._process.communicate(timeout=GIVE_UP_S)
        self._watchdog.cancel()
        return self._process.returncode, said


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Local]]:
    """Starts it with further settings; whatever runs at the end of the test is stopped."""
    started: list[Local] = []

    def begin(**settings: str) -> Local:
        started.append(Local(tmp_path, **settings))
        return started[-1]

    yield begin
    for each in started:
        each.stop()


def test_it_prints_the_address_when_all_are_ready_and_stops_them_in_reverse(start: Callable[..., Local]) -> None:
    local = start()
    hub = local.read_until(r"hub pid (\d+)")[1]
    engine = local.read_until(r"engine pid (\d+)")[1]
    assert local.read_until(r"Open (\S+)")[1] == f"http://127.0.0.1:{local.ports[-1]}"
    code, said = local.stop()
    assert code == 0
    assert re.findall(r"(\w+) stopped", said) == ["engine", "hub"]
    for pid in (hub, engine):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)
    assert all(map(is_free, local.ports))


def test_a_child_that_dies_is_started_again(start: Callable[..., Local]) -> None:
    local = start()
    first = local.read_until(r"engine pid (\d+)")[1]
    local.read_until("Open")
    os.kill(int(first), signal.SIGKILL)
    local.read_until("engine ended with code -9; starts again in 1 s")
    assert local.read_until(r"engine pid (\d+)")[1] != first


def test_a_child_that_refuses_its_settings_ends_everything(start: Callable[..., Local]) -> None:
    local = start(STANDIN_REFUSES="yes")
    local.read_until("hub HUB_PORT: wrong")
    code, said = local.end()
    assert code == 2
    assert "hub refuses its settings" in said
    assert all(map(is_free, local.ports))


def test_a_taken_port_is_named_with_the_setting_that_moves_it(start: Callable[..., Local]) -> None:
    first = start()
    first.read_until("Open")
    second = start(HUB_PORT=str(first.ports[-1]))
    found = second.read_until(r"Port (\d+) is in use.* set (\w+)")
    assert found.groups() == (str(first.ports[-1]), "HUB_PORT")
    assert second.end()[0] == 2


def test_a_wrong_setting_is_named(start: Callable[..., Local]) -> None:
    local = start(HUB_PORT="eighty")
    assert local.end()[0] == 2
