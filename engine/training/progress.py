"""How a training goes, for the person who waits for it: a bar on a terminal, and a line at each evaluation."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from engine.training.curve import HELD_OUT, LEARNT, Curve

# Of so much time the speed is taken that the time left is reckoned with.
SPEED_OVER_S: Final = 300


class Going:
    """Counts the blocks of one process, of each of which `tokens_a_block` are learnt by all processes together."""

    def __init__(self, bar: Progress, blocks: int, tokens_a_block: int) -> None:
        self._bar, self._tokens_a_block = bar, tokens_a_block
        self._task = bar.add_task("training", total=blocks, said="")
        self._began_s = time.perf_counter()
        self._evaluations = 0
        self._curve: Curve | None = None
        self._ended_s = 0.0
        self.tokens = 0

    @property
    def seconds(self) -> float:
        return (self._ended_s or time.perf_counter()) - self._began_s

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / max(self.seconds, 1e-9)

    def begin(self, curve: Curve, done_blocks: int) -> None:
        """`done_blocks` were learnt before an interruption."""
        self._curve, self._began_s = curve, time.perf_counter()
        self._evaluations = len(curve.points.get(HELD_OUT, ()))
        self._bar.update(self._task, completed=done_blocks)

    def batch(self, blocks: int) -> None:
        self.tokens += blocks * self._tokens_a_block
        self._bar.update(self._task, advance=blocks, said=self._said())
        self.tell()

    def end(self) -> None:
        """All is learnt."""
        self._ended_s = time.perf_counter()
        self.tell()

    def tell(self) -> None:
        """A line, if there was an evaluation since the last one."""
        evaluations = len(self._curve.points.get(HELD_OUT, ())) if self._curve else 0
        if evaluations > self._evaluations:
            self._evaluations = evaluations
            done = self._bar.tasks[self._task].percentage
            self._bar.console.print(f"{done:3.0f} %: {self._said()}", highlight=False)

    def _said(self) -> str:
        words = [f"{self.tokens_per_second:,.0f} tokens/s"]
        for tag, word in ((LEARNT, "loss"), (HELD_OUT, "held out")):
            if self._curve and (value := self._curve.last(tag)) is not None:
                words.append(f"{word} {value:.4f}")
        return ", ".join(words)


@contextmanager
def shown(blocks: int, tokens_a_block: int, *, is_quiet: bool) -> Iterator[Going]:
    """The bar stands while the block runs; without a terminal there are the lines alone."""
    console = Console(stderr=True, quiet=is_quiet)
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        speed_estimate_period=SPEED_OVER_S,
    )
    with bar:
        yield Going(bar, blocks, tokens_a_block)
