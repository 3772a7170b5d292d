"""The dataset folder: what is written is read again, and what is broken is told."""

from pathlib import Path

import pytest

from engine import dialects
from engine.dialects import Comment, Dialect, Thread
from engine.training.dataset import HELD_OUT, TRAIN, DatasetError, Manifest, Threads, read_threads, write_threads

THREADS = [
    Thread("Two\nlines", "a\r\n<|eoss|>\n", False, "CoopsLab", (Comment("", "a\n\nb\u2028"), Comment("", "🐔"))),
    Thread("A link", "", True, "CoopsLab", (Comment("Bob", "<|endoftext|>\n"),)),
]


def dataset(folder: Path, dialect: Dialect) -> list[str]:
    tagged = [dialects.lesson(dialect, thread) for thread in THREADS]
    count, sha256 = write_threads(folder / TRAIN, iter(tagged))
    assert (count, sha256) == write_threads(folder / HELD_OUT, iter(tagged))
    part = Threads(posts=count, threads=count, sha256=sha256)
    Manifest(
        dialect=dialect,
        subreddits=("CoopsLab",),
        sources=(),
        rules={},
        seed=7,
        train=part,
        heldout=part,
        made_at="2026-11-21T00:00:00+00:00",
        command="",
    ).save(folder)
    return tagged


@pytest.mark.parametrize("dialect", ["plain", "open", "closed"])
def test_threads_of_any_text_are_read_as_they_were_written(dialect: Dialect, tmp_path: Path) -> None:
    written = dataset(tmp_path, dialect)
    assert list(read_threads(tmp_path, TRAIN)) == written
    assert Manifest.load(tmp_path).dialect == dialect


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b"<|startoftext|><|soss r/a|>", "middle of a thread"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
    ],
)
def test_a_broken_file_of_threads_is_told(broken: bytes, said: str, tmp_path: Path) -> None:
    dataset(tmp_path, "closed")
    (tmp_path / TRAIN).write_bytes(broken)
    with pytest.raises(DatasetError, match=said):
        list(read_threads(tmp_path, TRAIN))


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="make-dataset"):
        Manifest.load(tmp_path)


def test_a_manifest_with_an_unknown_dialect_is_told_with_its_place(tmp_path: Path) -> None:
    dataset(tmp_path, "plain")
    manifest = tmp_path / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"plain"', '"loud"'), "utf-8")
    with pytest.raises(DatasetError, match="dialect"):
        Manifest.load(tmp_path)
