"""Small dumps, and what was made of them."""

import bz2
import json
import lzma
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from engine.training.__main__ import run
from engine.training.dataset import HELD_OUT, TRAIN, read_threads

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TITLE: Final = "A title of at least six words"
Line = Mapping[str, object] | bytes


def post(id_: str, **fields: object) -> dict[str, object]:
    found = {"id": id_, "subreddit": "CoopsLab", "author": "Ann", "title": TITLE, "selftext": f"body of {id_}"}
    return {**found, "is_self": True, "score": 5, "created_utc": 1600000000, "over_18": False, **fields}


def comment(id_: str, under: str, to: str | None = None, **fields: object) -> dict[str, object]:
    """On the post `under`, in answer to the comment `to`."""
    parent = f"t1_{to}" if to else f"t3_{under}"
    found = {"id": id_, "subreddit": "CoopsLab", "author": "Bob", "body": f"text of {id_}", "link_id": f"t3_{under}"}
    return {**found, "parent_id": parent, "score": 1, "created_utc": "1600000001", **fields}


def ndjson(lines: Iterable[Line]) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def long_window(data: bytes) -> bytes:
    """As the large dumps are packed: its reader needs `--long=31`."""
    log = zstd.CompressionParameter.window_log
    return zstd.compress(data, options={log: 31, zstd.CompressionParameter.content_size_flag: 0})


def frames(data: bytes) -> bytes:
    """Several frames in one file, cut in the middle of lines."""
    third = len(data) // 3
    return b"".join(zstd.compress(part) for part in (data[:third], data[third : 2 * third], b"", data[2 * third :]))


PACKED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "zstd": zstd.compress,
    "zstd with a window of 2 GiB": long_window,
    "zstd of several frames": frames,
    "bz2": bz2.compress,
    "bz2 of several streams": lambda data: bz2.compress(data[:99]) + bz2.compress(data[99:]),
    "xz": lzma.compress,
    "plain": bytes,
}


def make(folder: Path, lines: Iterable[Line], *options: str) -> Path:
    """The dataset of one plain dump, in `folder / "dataset"`."""
    dump = folder / "dump"
    dump.write_bytes(ndjson(lines))
    run(["make-dataset", str(dump), "--subreddit", "coopslab", "--into", str(folder / "dataset"), *options])
    return folder / "dataset"


def all_threads(dataset: Path) -> list[str]:
    return sorted([*read_threads(dataset, TRAIN), *read_threads(dataset, HELD_OUT)])


def _table(dataset: Path, heading: str) -> list[list[str]]:
    """The cells of a table in the report."""
    part = (dataset / "report.md").read_text("utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def dropped(dataset: Path) -> dict[tuple[str, str], int]:
    """How many of what each rule dropped."""
    return {(what, rule): int(count.replace(",", "")) for what, rule, count in _table(dataset, "Dropped")}


def bad(dataset: Path) -> dict[str, tuple[int, str]]:
    """Of each kind how many, and where."""
    return {kind: (int(count), places) for kind, count, places, *_ in _table(dataset, "Skipped")}


def json_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
