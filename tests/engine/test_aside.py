"""Training steps aside for an engine, and for nothing else, and not for ever."""

import asyncio
import logging
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from engine import aside
from engine.aside import LastInLine, Sign, sign
from engine.training.blocks import Blocks
from engine.training.grammar import lessons
from engine.training.images.autoencoder import encode, train_autoencoder
from engine.training.images.denoiser import train_denoiser, untrained
from engine.training.images.judge import train_judge
from engine.training.images.pictures import draw_all
from engine.training.images.scenes import random_scene
from engine.training.images.tokenizer import train_tokenizer as train_caption_tokenizer
from engine.training.tokenizer import train_tokenizer
from engine.training.vocabulary import load_vocabulary
from tests.engine.conftest import running_engine
from tests.engine.desk import PATIENCE_S, Desk, job

BEGINS, GOES_ON = "an engine works", "training goes on"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Path:
    """A home without an engine."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    caplog.set_level(logging.INFO, "engine.aside")
    return tmp_path


def touched(seconds_ago: float) -> None:
    Sign().touch()
    when_s = time.time() - seconds_ago
    os.utime(sign(), (when_s, when_s))


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    said = [record.getMessage() for record in caplog.records if record.name == "engine.aside"]
    return [start for text in said for start in (BEGINS, GOES_ON) if text.startswith(start)]


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that works for the whole test, and a training with little patience."""
    monkeypatch.setattr(aside, "LONGEST_S", 0.01)
    monkeypatch.setattr(aside, "FRESH_S", 3600)
    Sign().touch()


def test_without_an_engine_training_does_not_wait(caplog: pytest.LogCaptureFixture) -> None:
    LastInLine().wait()
    assert told(caplog) == []


@pytest.mark.parametrize("seconds_ago", [60, -60])
def test_an_engine_that_rests_or_is_gone_is_not_waited_for(
    seconds_ago: float, caplog: pytest.LogCaptureFixture
) -> None:
    touched(seconds_ago)
    LastInLine().wait()
    assert told(caplog) == []


def test_training_waits_until_the_engine_rests(caplog: pytest.LogCaptureFixture) -> None:
    line = LastInLine()
    touched(0)
    line.wait()
    assert time.time() - sign().stat().st_mtime > aside.FRESH_S
    line.wait()
    assert told(caplog) == [BEGINS, GOES_ON]


@pytest.mark.usefixtures("restless")
def test_training_goes_on_slowly_beside_an_engine_that_never_rests_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = LastInLine()
    for _ in range(3):
        line.wait()
    assert told(caplog) == [BEGINS]


def test_an_engine_that_cannot_write_the_file_says_so_once(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    (home / ".cache").write_text("a file where the folder should be")
    mine = Sign()
    mine.touch()
    mine.touch()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def learn_text() -> None:
    texts = [lesson.tagged("closed") for lesson in lessons(load_vocabulary("coop"), 40, seed=1)]
    blocks = Blocks(train_tokenizer(texts, "closed", 600), texts, 256)
    assert len(list(DataLoader(blocks, batch_size=4))) == -(-len(blocks) // 4)


def learn_to_fold_pictures() -> None:
    train_autoencoder(torch.zeros(4, 3, 64, 64, dtype=torch.uint8), steps=1, seed=1)


def learn_to_paint() -> None:
    rng = random.Random(1)
    scenes = [random_scene(rng) for _ in range(4)]
    autoencoder = train_autoencoder(pictures := draw_all(scenes, rng), steps=0, seed=1)
    latents = encode(autoencoder, pictures)
    pipeline = untrained(autoencoder, train_caption_tokenizer(1), latents)
    assert list(train_denoiser(pipeline, latents, scenes, 1, 1e-3, 1, seed=1)) == [pipeline]


def learn_to_judge() -> None:
    train_judge(steps=1, seed=1)


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("learn", [learn_text, learn_to_fold_pictures, learn_to_paint, learn_to_judge])
def test_each_training_steps_aside(learn: Callable[[], None], caplog: pytest.LogCaptureFixture) -> None:
    learn()
    assert told(caplog) == [BEGINS]


async def test_an_engine_says_that_it_works_and_is_silent_at_rest(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot")
    async with running_engine(connection_string, bots_file):
        await asyncio.sleep(2 * aside.TOUCH_EVERY_S)
        assert not sign().exists()
        await desk.input.send([asked])
        async with asyncio.timeout(PATIENCE_S):
            while not sign().exists():  # noqa: ASYNC110  it is a file
                await asyncio.sleep(0.02)
        await desk.stop(asked)
        await desk.until("ended", asked)
        await asyncio.to_thread(LastInLine().wait)
    assert time.time() - sign().stat().st_mtime > aside.FRESH_S
