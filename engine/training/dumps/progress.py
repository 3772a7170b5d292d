"""How far the reading is: a bar on a terminal, else a line of log for each file."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine.training.dumps.reading import Watch
from engine.training.dumps.speed import Speed
from engine.training.dumps.work_file import ReadFile

log = logging.getLogger(__name__)


@contextmanager
def shown(files: Sequence[Path]) -> Iterator[Watch]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _logged
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[speed]:,.0f} MB/s  {task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
        console=console,
    )
    with bar:
        speed = Speed()
        task = bar.add_task(files[0].name, total=sum(path.stat().st_size for path in files), speed=0.0, rows=0)
        sizes_before = [sum(path.stat().st_size for path in files[:number]) for number in range(len(files))]
        rows: dict[int, int] = {}

        def watch(file: ReadFile) -> None:
            rows[file.number] = file.rows
            bar.update(
                task,
                description=file.path.name,
                completed=sizes_before[file.number] + file.mark.size,
                speed=speed.after(file),
                rows=sum(rows.values()),
            )

        yield watch


def _logged(file: ReadFile) -> None:
    if file.is_done:
        log.info("read %s: %d lines, %d of the subreddits", file.path.name, file.lines, file.rows)
