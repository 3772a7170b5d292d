"""Small datasets of made-up threads, and small models to begin with."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.dialects import Dialect
from engine.training import new_base
from engine.training.dataset import HELD_OUT, TRAIN, Manifest, Source, Threads, write_threads
from engine.training.grammar import lessons
from engine.training.vocabulary import load_vocabulary

MakeDataset = Callable[..., Path]


@pytest.fixture
def make_dataset(tmp_path: Path) -> MakeDataset:
    """Of `count` threads to learn from and a tenth of that to be tested on."""

    def make(name: str = "dataset", count: int = 200, dialect: Dialect = "closed", corpus: str = "coop") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        parts = {}
        for file, some, seed in ((TRAIN, count, 1), (HELD_OUT, count // 10, 2)):
            tagged = [lesson.tagged(dialect) for lesson in lessons(load_vocabulary(corpus), some, seed)]
            threads, sha256 = write_threads(folder / file, iter(tagged))
            parts[file] = Threads(posts=threads, threads=threads, sha256=sha256)
        Manifest(
            dialect=dialect,
            subreddits=("CoopsLab",),
            sources=(Source(name="RS_CoopsLab.zst", size=1234, sha256="0" * 64),),
            rules={"max_depth": 10},
            seed=7,
            train=parts[TRAIN],
            heldout=parts[HELD_OUT],
            made_at="2026-11-21T00:00:00+00:00",
            command="python -m engine.training make-dataset RS_CoopsLab.zst",
        ).save(folder)
        return folder

    return make


@pytest.fixture
def tiny_base(tmp_path: Path) -> Callable[[Path], Path]:
    """An untrained model of two layers, with the words of a dataset."""

    def make(dataset: Path, name: str = "base") -> Path:
        folder = tmp_path / name
        new_base.run(
            Namespace(dataset=dataset, folder=folder, vocabulary=600, layers=2, width=48, heads=2, window=64, seed=7)
        )
        return folder

    return make
