"""What a person sees on the terminal: all that matters at 80 columns, nothing torn at any width."""

import io
import logging
import os
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import pytest
from rich.cells import cell_len
from rich.console import Console

from contracts.bots import BotState
from contracts.events import Heartbeat
from contracts.storage import azurite_connection_string
from engine.memory import MIB
from engine.status import WINDOW_S, BotNow, LaneNow, ModelNow, Status, Tally
from engine.terminal import Screen, View
from infra.ports import free_ports
from tests.engine.conftest import ROOT

LONG = "A_bot_with_a_name_of_32_letters_"
STATUS = Status(
    bots=(
        BotNow("CoopBot", "🐔", "gpt2", "CoopBot", "busy"),
        BotNow("ImageBot", "🖼️", "diffusion", "ImageBot", "loading"),
        BotNow(LONG, "🤖", "chat", "somebody/a-model-with-a-long-name", "cold"),
    ),
    models=(ModelNow("CoopBot", 9 * MIB), ModelNow("ImageBot", 3072 * MIB)),
    lanes=(LaneNow("text", 3, 2), LaneNow("vision", 0, 0), LaneNow("picture", 1, 0)),
    budget_bytes=12 * 1024 * MIB,
    tokens_per_second=412.4,
    answers=1204,
    failures=0,
)


def seen(status: Status, width: int, height: int = 40) -> str:
    console = Console(record=True, width=width, height=height, file=io.StringIO(), legacy_windows=False)
    console.print(View(status))
    return console.export_text()


def line_with(word: str, text: str) -> str:
    return next(line for line in text.splitlines() if word in line)


def test_eighty_columns_show_what_the_engine_does() -> None:
    text = seen(STATUS, 80)
    assert line_with("🐔", text).split() == ["🐔", "CoopBot", "gpt2", "busy", "CoopBot"]
    assert line_with("🖼", text).split() == ["🖼", "ImageBot", "diffusion", "loading", "ImageBot"]
    assert "3.0 GiB of 12.0 GiB" in line_with("memory", text)
    assert "CoopBot 9.0 MiB · ImageBot 3.0 GiB" in text
    assert "text 3 running, 2 waiting · picture 1 running, 0 waiting" in text
    assert "412 tokens/s · 1,204 answers" in text
    assert "failure" not in text
    assert "away" not in text


def test_what_goes_wrong_is_said() -> None:
    text = seen(replace(STATUS, failures=1, storage_away_s=12.3), 80)
    assert "1 failure · storage away for 12 s" in text


def test_an_engine_with_nothing_to_do_says_so() -> None:
    assert "no jobs now" in seen(replace(STATUS, lanes=(), models=(), bots=()), 80)


@pytest.mark.parametrize("width", [*range(1, 30), 35, 36, 55, 56, 60, 80, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    assert [line for line in seen(STATUS, width).splitlines() if cell_len(line) > width] == []


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_each_bot_keeps_to_its_line_and_shows_its_state_whole(width: int) -> None:
    text = seen(STATUS, width)
    for bot in STATUS.bots:
        assert bot.state in line_with(bot.avatar[0], text)


def test_of_more_bots_than_the_terminal_holds_the_liveliest_are_shown() -> None:
    asleep = tuple(BotNow(f"Bot{number}", "🤖", "gpt2", "x", "cold") for number in range(50))
    text = seen(replace(STATUS, bots=(*asleep, *STATUS.bots)), 80, height=24)
    assert "CoopBot" in text
    assert "ImageBot" in text
    assert "and 43 more" in text
    assert len(text.splitlines()) < 24


@pytest.mark.parametrize("state", get_args(BotState))
def test_every_state_can_be_shown(state: BotState) -> None:
    assert state in seen(replace(STATUS, bots=(replace(STATUS.bots[0], state=state),)), 80)


def test_the_log_runs_above_the_view_in_whole_lines() -> None:
    written = io.StringIO()
    log = logging.Logger("engine")
    console = Console(file=written, width=60, height=24, force_terminal=True, color_system=None, legacy_windows=False)
    with Screen(console) as screen:
        log.addHandler(screen.handler)
        screen.show(STATUS)
        log.info("model loaded in 0.2 s")
        log.info("[not markup] at all")
    lines = written.getvalue().splitlines()
    assert any("model loaded in" in line for line in lines)
    assert any("[not markup] at all" in line for line in lines)
    assert any("1,204" in line for line in lines)


def started(stdout: int) -> "subprocess.Popen[bytes]":
    """An engine that waits for its storage, and says so."""
    environment = {**os.environ, "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite_connection_string(free_ports(3))
    return subprocess.Popen(
        [sys.executable, "-m", "engine"], cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.STDOUT
    )


def test_without_a_terminal_the_log_is_plain() -> None:
    with started(subprocess.PIPE) as engine:
        assert engine.stdout is not None
        said = b""
        for line in engine.stdout:
            said += line
            if b"storage is away" in line:
                engine.terminate()
    assert b"\x1b" not in said
    assert b" WARNING engine.patience: storage is away" in said


@pytest.mark.skipif(sys.platform == "win32", reason="its terminals cannot be opened from here")
def test_on_a_terminal_the_log_is_drawn_and_the_cursor_comes_back() -> None:
    reading, writing = os.openpty()
    with started(writing) as engine:
        os.close(writing)
        said = b""
        while b"storage is away" not in said:
            said += os.read(reading, 4096)
        engine.terminate()
        while b"\x1b[?25h" not in said:
            said += os.read(reading, 4096)
    os.close(reading)
    assert engine.returncode == 0
    assert b"engine.patience" not in said


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_tokens_a_second_are_those_of_the_last_seconds() -> None:
    clock = Clock()
    tally = Tally(clock)
    assert tally.tokens_per_second == 0
    for _ in range(WINDOW_S * 4):
        tally.wrote(25)
        clock.now_s += 0.25
    assert tally.tokens_per_second == pytest.approx(100, rel=0.11)
    clock.now_s += WINDOW_S
    assert tally.tokens_per_second == 0


def test_a_tally_grows_by_seconds_and_not_by_tokens() -> None:
    clock = Clock()
    tally = Tally(clock)
    for _ in range(10_000):
        tally.wrote(1)
    assert tally.tokens_per_second == 10_000 / WINDOW_S
    tally.answered()
    tally.failed()
    assert (tally.answers, tally.failures) == (1, 1)


def test_a_status_tells_a_heartbeat_the_states() -> None:
    beat = Heartbeat(engine_id="e", at=0, bots=(), states=STATUS.states)
    assert beat.states == {"CoopBot": "busy", "ImageBot": "loading", LONG: "cold"}
    assert STATUS.used_bytes == 3081 * MIB
