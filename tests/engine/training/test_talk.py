"""Talking to a bot in the terminal: as the engine lets it talk, and the thread grows."""

import io
import shutil
from pathlib import Path

import pytest

from engine.training.__main__ import main

COOP = Path(__file__).parents[3] / "engine" / "bots" / "CoopBot"


def talked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lines: str, *words: str) -> list[str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["try", str(COOP), "--dialect", "closed", "--subreddit", "CoopsLab", "--seed", "3", *words]) == 0
    said = capsys.readouterr().out
    return [" ".join(part.split()).removesuffix(" you>") for part in said.split("CoopBot> ")[1:]]


def test_it_answers_each_line_and_the_thread_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = talked(monkeypatch, capsys, "what do you think about hens?\n\nTell me more\n")
    assert "hen" in first.casefold()
    assert second not in ("", first)
    alone, again = talked(monkeypatch, capsys, "what do you think about hens?\n/new\nTell me more\n")
    assert alone == first
    assert again != second


def test_a_folder_that_says_nothing_of_a_broken_bot_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "Broken"
    shutil.copytree(COOP, folder)
    (folder / "model.safetensors").write_bytes(b"no weights")
    assert main(["try", str(folder)]) == 1
    assert "cannot be loaded" in capsys.readouterr().err
    (folder / "bot.toml").write_text('[[bot]]\nname = "A b"\n', "utf-8")
    assert main(["try", str(folder)]) == 1
    assert "bot.toml" in capsys.readouterr().err
