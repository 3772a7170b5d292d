"""Memory that a picture frees is there for the next one."""

import platform
from pathlib import Path

import pytest

from contracts.message import Parameters
from engine.bots import Bot
from engine.kinds.painting import open_model
from tests.engine.checkpoints import save_stable_diffusion
from tests.engine.desk import job
from tests.engine.fetching import nothing

# Otherwise it is about 8,000 at each picture.
FEW_PAGES = 2_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep what is freed")
def test_pictures_after_the_first_need_hardly_any_new_pages(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    easel = open_model(str(save_stable_diffusion(tmp_path / "model")), "cpu")
    bot, asked = Bot(name="Al", kind="diffusion", model="model"), job("Al", "a cat", Parameters(steps=10))
    faults = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        list(easel.answer(bot, asked, nothing))
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    assert faults[-1] < FEW_PAGES
