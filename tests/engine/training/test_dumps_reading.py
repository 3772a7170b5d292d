"""Dumps in every packing, with everything that can be wrong with them."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.training.__main__ import run
from engine.training.dumps.formats import ChangedError
from engine.training.dumps.pool import Pool
from engine.training.dumps.reading import Request, read
from engine.training.dumps.slots import SLOT_BYTES
from engine.training.dumps.work_file import NAME, ReadFile, WorkFile
from engine.training.problems import TrainingError
from tests.engine.training.dump_files import (
    PACKED,
    Line,
    all_threads,
    bad,
    comment,
    frames,
    make,
    ndjson,
    post,
)

THREAD: list[Line] = [post("p1"), comment("c1", "p1"), comment("c2", "p1", to="c1", author="Cid")]


def dataset_of(folder: Path, *files: Path) -> Path:
    run(["make-dataset", *map(str, files), "--subreddit", "CoopsLab", "--into", str(folder / "dataset")])
    return folder / "dataset"


@pytest.mark.parametrize("packing", PACKED)
def test_each_packing_is_read_whatever_the_file_is_called(packing: str, tmp_path: Path) -> None:
    pack = PACKED[packing]
    (tmp_path / "one.gif").write_bytes(pack(ndjson(THREAD[:1])))
    (tmp_path / "two").write_bytes(pack(ndjson(THREAD[1:])))
    (thread,) = all_threads(dataset_of(tmp_path, tmp_path / "two", tmp_path / "one.gif"))
    assert thread == (
        "<|startoftext|><|soss r/CoopsLab|><|sot|>A title of at least six words<|eot|><|sost|>body of p1<|eost|>"
        "<|sor u/Bob|>text of c1<|eor|><|sor|>text of c2<|eor|><|eoss|><|endoftext|>"
    )


def test_of_many_subreddits_only_the_wanted_are_kept_and_crossposts_do_not_deceive(tmp_path: Path) -> None:
    inner = post("x1", subreddit="Elsewhere")
    others: list[Line] = [post(f"o{n}", subreddit="Elsewhere", selftext='"subreddit":"CoopsLab"') for n in range(200)]
    ours: Line = {"crosspost_parent_list": [inner], **post("p1")}
    theirs: Line = {"crosspost_parent_list": [post("x2")], **post("x3", subreddit="Elsewhere")}
    folder = make(tmp_path, [*others, ours, theirs, comment("c1", "p1"), comment("c2", "x3", subreddit="Elsewhere")])
    assert len(all_threads(folder)) == 1
    assert "| posts | 1 | 1 |" in (folder / "report.md").read_text("utf-8")
    assert bad(folder) == {}


def test_old_and_odd_forms_of_ids_and_fields_are_understood(tmp_path: Path) -> None:
    lines: list[Line] = [
        post("10", score=None, created_utc="1600000000", selftext="a &amp;lt; b&#x200B;"),
        comment("11", "10", link_id=36, parent_id=None, author="Cid", created_utc=1.6e9, body="x &gt; y"),
        {**comment("12", "10", body="z"), "id": 38, "parent_id": 37, "link_id": "10"},
    ]
    compact = [line if isinstance(line, bytes) else ndjson([line]).strip() for line in lines]
    folder = make(tmp_path, [compact[0].replace(b'"subreddit": ', b'"subreddit":'), *compact[1:]])
    (thread,) = all_threads(folder)
    assert "<|sost|>a < b<|eost|><|sor u/Cid|>x > y<|eor|><|sor|>z<|eor|>" in thread


def broken_lines() -> list[Line]:
    return [
        *THREAD,
        b'{"id": "b1", "subreddit": "CoopsLab", "title": ',
        b"no json at all",
        b'{"id": "b2", "subreddit": "CoopsLab", "title": "\xff\xfe", "selftext": ""}',
        {"subreddit": "CoopsLab", "title": "without an id"},
        {**comment("b3", "p1"), "body": 7},
        {**comment("b4", "p1"), "body": None},
        {"id": "b5", "title": "without a subreddit"},
        b"",
        b'{"id": "b6", "subreddit": "Elsewhere", "title": ',
        b'{"id": "b7", "subreddit": "CoopsLab", "deep": ' + b"[" * 100_000,
        b'{"the last line"',
    ]


def test_each_broken_line_is_counted_with_its_place_and_skipped(tmp_path: Path) -> None:
    folder = make(tmp_path, broken_lines())
    assert len(all_threads(folder)) == 1
    found = bad(folder)
    assert {kind: count for kind, (count, _) in found.items()} == {
        "broken JSON": 4,
        "wrong encoding": 1,
        "missing or wrong field": 3,
        "no subreddit": 1,
    }
    assert "dump:4 " in found["broken JSON"][1]
    assert "dump:5 " in found["broken JSON"][1]
    assert "dump:6 " in found["wrong encoding"][1]
    assert "dump:10 " in found["no subreddit"][1]
    assert "dump:13 " in found["broken JSON"][1]


def test_the_same_lines_are_bad_among_lines_of_others(tmp_path: Path) -> None:
    others: list[Line] = [comment(f"o{n}", "o", subreddit="Elsewhere") for n in range(100)]
    alone, among = tmp_path / "alone", tmp_path / "among"
    alone.mkdir()
    among.mkdir()
    counts = [
        {kind: count for kind, (count, _) in bad(make(place, lines)).items()}
        for place, lines in ((alone, broken_lines()), (among, [*others, *broken_lines()]))
    ]
    assert counts[0] == counts[1]


def test_comments_without_a_place_are_counted_and_skipped(tmp_path: Path) -> None:
    lines = [
        *THREAD,
        comment("c1", "p1", body="again"),
        comment("lost", "elsewhere"),
        comment("orphan", "p1", to="gone"),
        comment("child", "p1", to="orphan"),
        comment("a", "p1", to="b"),
        comment("b", "p1", to="a"),
        comment("self", "p1", to="self"),
        post("p1", selftext="again"),
    ]
    folder = make(tmp_path, lines)
    assert {kind: count for kind, (count, _) in bad(folder).items()} == {
        "comment given twice": 1,
        "comment whose post is not there": 1,
        "comment whose parent is not there": 1,
        "below a comment whose parent is not there": 1,
        "comments that answer each other": 3,
        "post given twice": 1,
    }
    assert "dump:5 `lost`" in bad(folder)["comment whose post is not there"][1]
    (thread,) = all_threads(folder)
    assert "again" not in thread


def many(count: int) -> list[Line]:
    return [line for n in range(count) for line in (post(f"p{n}"), comment(f"c{n}", f"p{n}", body=f"text {n} " * 9))]


@pytest.mark.parametrize("packing", ["zstd", "zstd of several frames", "bz2", "xz"])
def test_of_a_cut_archive_what_came_before_the_cut_is_kept(packing: str, tmp_path: Path) -> None:
    whole = PACKED[packing](ndjson(many(20_000)))
    (tmp_path / "cut").write_bytes(whole[: len(whole) * 3 // 4])
    folder = dataset_of(tmp_path, tmp_path / "cut")
    found = bad(folder)
    assert found.pop("cut or damaged archive")[0] == 1
    assert len(all_threads(folder)) > 5_000
    assert set(found) <= {"comment whose post is not there"}


def test_of_a_damaged_archive_what_came_before_the_damage_is_kept(tmp_path: Path) -> None:
    whole = bytearray(frames(ndjson(many(20_000))))
    whole[len(whole) * 3 // 4 :] = b"not zstandard"
    (tmp_path / "damaged").write_bytes(whole)
    folder = dataset_of(tmp_path, tmp_path / "damaged")
    assert "damaged" in bad(folder)["cut or damaged archive"][1]
    assert len(all_threads(folder)) > 5_000


@pytest.mark.parametrize("packing", ["zstd", "plain"])
def test_a_line_that_is_too_long_is_passed_over(packing: str, tmp_path: Path) -> None:
    long: Line = post("p0", selftext="x" * (3 * SLOT_BYTES))
    at_the_limit: Line = b" " * (SLOT_BYTES - 1)
    (tmp_path / "dump").write_bytes(PACKED[packing](ndjson([THREAD[0], long, at_the_limit, *THREAD[1:], long])))
    folder = dataset_of(tmp_path, tmp_path / "dump")
    assert bad(folder)["line too long"][0] == 2
    assert len(all_threads(folder)) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9, "no lines of JSON"),
        (b'{"a": 1}\n{"b": 2}\n', "neither posts"),
        (b"[1, 2]\n", "no lines of JSON"),
        (PACKED["zstd"](b"hello\n"), "no lines of JSON"),
        (PACKED["zstd"](ndjson(THREAD))[:12], "cut off"),
    ],
)
def test_a_file_that_is_no_dump_is_told_before_anything_is_read(
    content: bytes | None, said: str, tmp_path: Path
) -> None:
    good, wrong = tmp_path / "good", tmp_path / "wrong"
    good.write_bytes(ndjson(THREAD))
    if content is not None:
        wrong.write_bytes(content)
    with pytest.raises(TrainingError, match=said) as ended:
        dataset_of(tmp_path, good, wrong)
    assert str(wrong) in str(ended.value)
    assert not (tmp_path / "dataset").exists()


def test_a_folder_and_a_file_given_twice_are_told(tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(ndjson(THREAD))
    with pytest.raises(TrainingError, match="is a folder"):
        dataset_of(tmp_path, tmp_path)
    with pytest.raises(TrainingError, match="twice"):
        dataset_of(tmp_path, tmp_path / "dump", tmp_path / "dump")


def rows_of(folder: Path) -> list[tuple[object, ...]]:
    """Everything that a reading left, with where it left it."""
    with sqlite3.connect(folder / NAME) as sql:
        queries = (
            "SELECT id, file, line, packed FROM posts ORDER BY rowid",
            "SELECT post, file, line, packed FROM comments ORDER BY rowid",
            "SELECT place, lines, rows, packed_bytes, sha256, is_done FROM files ORDER BY number",
            "SELECT kind, file, count FROM trouble_counts ORDER BY kind, file",
            "SELECT kind, file, line, seen FROM trouble_places ORDER BY kind, file, line",
        )
        found = [row for query in queries for row in sql.execute(query)]
    sql.close()
    return found


def read_into(folder: Path, files: list[Path], watch: Callable[[ReadFile], None] = lambda _: None) -> None:
    folder.mkdir(exist_ok=True)
    with WorkFile(folder) as work:
        read(Request(files, ["CoopsLab"]), work, watch)


def large_dumps(folder: Path) -> list[Path]:
    """Two that take some blocks each, with a bad line in every block."""
    lines = [line for n, line in enumerate(many(40_000)) for line in ((line, b"broken") if n % 999 == 0 else (line,))]
    files = [folder / "a.zst", folder / "b"]
    files[0].write_bytes(PACKED["zstd"](ndjson(lines)))
    files[1].write_bytes(ndjson(lines))
    return files


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.training.dumps import reading
reading.COMMIT_EVERY_S = 0.0
count = 0
def watch(file):
    global count
    count += 1
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
with reading.WorkFile(Path(sys.argv[2])) as work:
    reading.read(reading.Request([Path(name) for name in sys.argv[3:]], ["CoopsLab"]), work, watch)
"""


def test_a_reading_that_was_killed_again_and_again_ends_like_one_that_was_not(tmp_path: Path) -> None:
    files = large_dumps(tmp_path)
    read_into(tmp_path / "whole", files)
    (tmp_path / "killed").mkdir()
    for after in (1, 2, 5, 3):
        command = [sys.executable, "-c", KILLED, str(after), str(tmp_path / "killed"), *map(str, files)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with WorkFile(tmp_path / "killed") as work:
        assert work.files()[0].place > 0
        assert not work.files()[1].is_done
    read_into(tmp_path / "killed", files)
    assert rows_of(tmp_path / "killed") == rows_of(tmp_path / "whole")


class StopError(Exception):
    pass


def interrupted(folder: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in part."""

    def stop(_: ReadFile) -> None:
        raise StopError

    monkeypatch.setattr("engine.training.dumps.reading.COMMIT_EVERY_S", 0.0)
    with pytest.raises(StopError):
        read_into(folder, files, stop)


def test_a_file_that_changed_since_the_interruption_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = large_dumps(tmp_path)
    interrupted(tmp_path / "work", files, monkeypatch)
    changed = bytearray(files[0].read_bytes())
    changed[1000] ^= 1
    files[0].write_bytes(changed)
    with pytest.raises(ChangedError, match=r"a\.zst"):
        read_into(tmp_path / "work", files)
    files[0].write_bytes(changed + b"more")
    with pytest.raises(ChangedError, match=r"a\.zst has changed"):
        read_into(tmp_path / "work", files)


def test_another_file_or_subreddit_does_not_mix_with_what_was_read(tmp_path: Path) -> None:
    make(tmp_path, THREAD)
    (tmp_path / "other").write_bytes(ndjson(THREAD))
    with pytest.raises(TrainingError, match="from other files"):
        dataset_of(tmp_path, tmp_path / "other")
    with pytest.raises(TrainingError, match="other subreddits"):
        make(tmp_path, THREAD, "--subreddit", "AndAnother")


def test_a_whole_reading_is_not_repeated_for_other_rules_but_a_changed_file_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def submit(*_: object) -> None:
        raise AssertionError("read again")

    make(tmp_path, THREAD)
    monkeypatch.setattr(Pool, "submit", submit)
    assert all_threads(make(tmp_path, THREAD, "--drop-author", "Ann")) == []
    with pytest.raises(TrainingError, match="has changed since it was read"):
        make(tmp_path, [*THREAD, comment("c3", "p1")])
