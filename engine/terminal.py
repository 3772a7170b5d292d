"""The engine on a person's terminal: what it does at this moment, with the log running above."""

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from rich.cells import set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.logging import RichHandler
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from contracts.bots import BotState
from engine.memory import size_in_words
from engine.status import BotNow, LaneNow, Status

REFRESHES_PER_S: Final = 2
# So many columns wide must the terminal be to have room for these.
KIND_FROM: Final = 36
MODEL_FROM: Final = 56
# The widest kind and state, each with the gap behind it.
GAP: Final = 2
KIND_WIDTH: Final = len("diffusion") + GAP
STATE_WIDTH: Final = len("loading") + GAP
FACE_WIDTH: Final = 2
COLOURED: Final = "\N{VARIATION SELECTOR-16}"
NARROWEST_BAR: Final = 4
WIDEST_BAR: Final = 24
# Lines that are left for the log, and those that the view needs beside its bots.
LOG_LINES: Final = 8
OTHER_LINES: Final = 6
FEWEST_BOTS: Final = 3
STYLES: Final[dict[BotState, str]] = {"cold": "dim", "loading": "yellow", "warm": "green", "busy": "bold cyan"}
LIVELIEST: Final[tuple[BotState, ...]] = ("busy", "loading", "warm", "cold")


class Screen:
    """The lower part of a terminal, for the time of a `with`.

    The log has to go through `handler`, so that neither tears the other.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self.handler: Final[logging.Handler] = RichHandler(
            console=console, show_path=False, log_time_format="%H:%M:%S", omit_repeated_times=False
        )
        # It draws in a thread of its own: a slow terminal keeps nobody waiting.
        self._live = Live(
            get_renderable=self._drawn, console=console, refresh_per_second=REFRESHES_PER_S, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, status: Status) -> None:
        """What is drawn from now on."""
        self._status = status

    def abandon(self) -> None:
        """Give the cursor back where the process ends without a goodbye."""
        self._console.show_cursor()

    def _drawn(self) -> RenderableType:
        return "" if self._status is None else View(self._status)


class View:
    """A status as large as the terminal lets it be."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        status = self._status
        yield Rule(style="dim")
        most = max(FEWEST_BOTS, options.size.height - LOG_LINES - OTHER_LINES)
        shown = _liveliest(status.bots, most)
        yield _table(shown, options.max_width)
        if len(shown) < len(status.bots):
            yield Text(f"and {len(status.bots) - len(shown)} more that do less", style="dim")
        yield _memory(status, options.max_width)
        yield _lanes(status.lanes)
        yield _counts(status)


def _liveliest(bots: tuple[BotNow, ...], most: int) -> list[BotNow]:
    """In the order of their file, as long as there is room for all."""
    if len(bots) <= most:
        return list(bots)
    return sorted(bots, key=lambda bot: LIVELIEST.index(bot.state))[:most]


def _table(bots: Iterable[BotNow], width: int) -> Table:
    has_kind, has_model = width >= KIND_FROM, width >= MODEL_FROM
    left = width - STATE_WIDTH - (KIND_WIDTH if has_kind else 0)
    name_width = left // 2 if has_model else left
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(no_wrap=True, max_width=max(1, name_width - GAP))
    if has_kind:
        table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True, min_width=STATE_WIDTH - GAP)
    if has_model:
        table.add_column(no_wrap=True, max_width=left - name_width, style="dim")
    for bot in bots:
        state = Text(bot.state, style=STYLES[bot.state])
        cells = [Text(f"{_face(bot.avatar)} {bot.name}"), Text(bot.kind), state, Text(bot.model)]
        shown = (True, has_kind, True, has_model)
        table.add_row(*(cell for cell, is_shown in zip(cells, shown, strict=True) if is_shown))
    return table


def _face(avatar: str) -> str:
    """Two columns wide on every terminal: they disagree about the sign that asks for the coloured form of an emoji."""
    return set_cell_size(avatar.replace(COLOURED, ""), FACE_WIDTH)


def _memory(status: Status, width: int) -> RenderableType:
    said = f"{size_in_words(status.used_bytes)} of {size_in_words(status.budget_bytes)}"
    if width < KIND_FROM:
        return Text(f"memory {said}")
    bar_width = min(WIDEST_BAR, width - KIND_FROM + NARROWEST_BAR)
    line = Table.grid(padding=(0, GAP, 0, 0))
    bar = ProgressBar(max(status.budget_bytes, 1), status.used_bytes, bar_width, complete_style="cyan")
    line.add_row("memory", bar, said)
    models = " · ".join(f"{model.name} {size_in_words(model.size_bytes)}" for model in status.models)
    return Group(line, Text(models, style="dim", no_wrap=True, overflow="ellipsis")) if models else line


def _lanes(lanes: Iterable[LaneNow]) -> Text:
    """Only those that work: the others have nothing to say."""
    said = [f"{lane.name} {lane.running} running, {lane.waiting} waiting" for lane in lanes if _is_working(lane)]
    return Text(" · ".join(said) or "no jobs now", style="" if said else "dim")


def _is_working(lane: LaneNow) -> bool:
    return lane.running + lane.waiting > 0


def _counts(status: Status) -> Text:
    text = Text(f"{status.tokens_per_second:,.0f} tokens/s · {_counted(status.answers, 'answer')}")
    if status.failures:
        text.append(f" · {_counted(status.failures, 'failure')}", style="red")
    if status.storage_away_s is not None:
        text.append(f" · storage away for {status.storage_away_s:.0f} s", style="bold red")
    return text


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
