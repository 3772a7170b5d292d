"""How fast dumps are read, beside the bare decoder and beside programs that parse line by line; and in what memory."""

import asyncio
import resource
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import psutil
import zstandard

from tests.bench.dump_lines import OURS, Lines
from tests.bench.report import Figures, table, verdict

TARGET: Final = 0.5
MOST_MIB: Final = 1024
LOOK_EVERY_S: Final = 0.05
LINES_AT_ONCE: Final = 2_000
WINDOW_LOG: Final = 27  # a window of 128 MiB; at 31 the decoder alone would want 2 GiB
CASES: Final = {"one line in 200 is ours": 200, "each line is ours": 1}
OURS_WAY, DECODER, PYTHON, JQ = (
    "make-dataset's reading",
    "bare zstandard",
    "zstandard and json, line by line",
    "zstdcat | jq",
)


@dataclass(frozen=True)
class Size:
    """Megabytes of text in a dump, at which the ways are compared."""

    mb: int
    rounds: int


FULL: Final = Size(mb=1_000, rounds=3)
SMALLEST: Final = Size(mb=8, rounds=1)
LARGER: Final = 4  # a second dump holds the first so many times: frame after frame, each far longer than its window


@dataclass(frozen=True)
class Run:
    """What one way took for one dump; memory is that of the whole tree of processes."""

    wall_s: float
    cpu_s: float
    peak_mib: float


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="playhouse-bench-") as name:
        for case, every in CASES.items():
            figures[case] = await _case(Path(name), case, every, size)
    return figures


async def _case(folder: Path, case: str, every: int, size: Size) -> Figures:
    smaller, larger = folder / "smaller.zst", folder / "larger.zst"
    mb = _write(smaller, every, size.mb)
    with larger.open("wb") as file:
        for _ in range(LARGER):
            file.write(smaller.read_bytes())
    commands = _commands(smaller)
    runs: dict[str, list[Run]] = {way: [] for way in commands}
    for number in range(size.rounds):
        for way in commands:
            if number == 0 or way in (OURS_WAY, DECODER):  # the others are far away and slow
                runs[way].append(await _measured(commands[way]))
    best = {way: min(tried, key=lambda run: run.cpu_s) for way, tried in runs.items()}
    large = {way: await _measured(_commands(larger)[way]) for way in (DECODER, OURS_WAY)}
    table(
        f"{case}: {mb:,.0f} MB of text in {smaller.stat().st_size / 1e6:,.0f} MB",
        ["way", "MB/s", "MB/s a core used", "share of the decoder", "peak MiB"],
        [_row(way, run, best[DECODER], mb) for way, run in best.items()],
    )
    table(
        f"{case}: {LARGER * mb:,.0f} MB",
        ["way", "MB/s", "MB/s a core used", "share of the decoder", "peak MiB"],
        [_row(way, run, large[DECODER], LARGER * mb) for way, run in large.items()],
    )
    shares = [tried[DECODER].cpu_s / tried[OURS_WAY].cpu_s for tried in (best, large)]
    verdict("share of the decoder's speed a core used", shares[1], TARGET)
    verdict("MiB at most, larger dump", large[OURS_WAY].peak_mib, MOST_MIB, at_most=True)
    smaller.unlink()
    larger.unlink()
    return {
        "smaller": {way: asdict(run) for way, run in best.items()},
        "larger": {way: asdict(run) for way, run in large.items()},
        "shares": shares,
    }


def _row(way: str, run: Run, decoder: Run, mb: float) -> list[object]:
    return [way, mb / run.wall_s, mb / run.cpu_s, decoder.cpu_s / run.cpu_s, run.peak_mib]


def _write(path: Path, every: int, megabytes: int) -> float:
    """Returns how many megabytes of text it became."""
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=WINDOW_LOG, enable_ldm=True, threads=2)
    written, lines = 0, iter(Lines(every, seed=7))
    with (
        path.open("wb") as file,
        zstandard.ZstdCompressor(compression_params=parameters).stream_writer(file) as packed,
    ):
        while written < megabytes * 1_000_000:
            block = "".join(f"{line}\n" for line in islice(lines, LINES_AT_ONCE)).encode()
            written += packed.write(block)
    return written / 1e6


def _commands(dump: Path) -> dict[str, list[str]]:
    readers = [sys.executable, "-m", "tests.bench.dump_readers"]
    commands = {
        OURS_WAY: [*readers, "ours", str(dump)],
        DECODER: [*readers, "decoder", str(dump)],
        PYTHON: [*readers, "line by line", str(dump)],
    }
    if shutil.which("jq") and shutil.which("zstdcat"):
        pipe = f"zstdcat --long=31 '{dump}' | jq -c 'select(.subreddit == \"{OURS}\") | [.id, .body, .title]' | wc -l"
        commands[JQ] = ["sh", "-c", pipe]
    return commands


async def _measured(command: Sequence[str]) -> Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began_s = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    ended = asyncio.create_task(process.communicate())
    peak = 0
    while not ended.done():
        peak = max(peak, _resident(process.pid))
        await asyncio.wait([ended], timeout=LOOK_EVERY_S)
    wall_s = time.perf_counter() - began_s
    if process.returncode:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall_s, cpu_s, peak / 2**20)


def _resident(pid: int) -> int:
    """Of a process and its children; memory that they share counts once for each."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return total
    return total
