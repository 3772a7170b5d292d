"""`python -m tests.bench.dump_readers WAY FILE`: reads one dump in one way, and prints what it found as JSON."""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from engine.training.dumps.reading import Request, read
from engine.training.dumps.work_file import WorkFile
from tests.bench.dump_lines import OURS

BUFFER_BYTES: Final = 1 << 18
WINDOW_BYTES: Final = 1 << 31


def ours(path: Path) -> int:
    """Into the work file, as make-dataset does before it chooses."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder, WorkFile(Path(folder)) as work:
        read(Request([path], [OURS]), work, lambda _: None)
        return work.files()[0].rows


def decoder(path: Path) -> int:
    """The bare decoder, into the same memory again and again."""
    buffer = bytearray(BUFFER_BYTES)
    with path.open("rb") as file, _unpacked(file) as text:
        while text.readinto(buffer):
            pass
    return 0


def line_by_line(path: Path) -> int:
    """The usual script: zstandard, lines, json."""
    found = 0
    with path.open("rb") as file, _unpacked(file) as text:
        rest = b""
        while chunk := text.read(BUFFER_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            found += sum(json.loads(line)["subreddit"] == OURS for line in lines)
    return found


def _unpacked(file: BinaryIO) -> zstandard.ZstdDecompressionReader:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).stream_reader(file, read_across_frames=True)


WAYS: Final[dict[str, Callable[[Path], int]]] = {"ours": ours, "decoder": decoder, "line by line": line_by_line}

if __name__ == "__main__":
    print(json.dumps({"rows": WAYS[sys.argv[1]](Path(sys.argv[2]))}))
