"""What the engine is doing at this moment, as plain data."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contracts.bots import BotKind, BotState
from engine.kinds import LaneName

# Long enough to be read, short enough to be of now.
WINDOW_S: Final = 10


@dataclass(frozen=True)
class BotNow:
    name: str
    avatar: str
    kind: BotKind
    model: str
    state: BotState


@dataclass(frozen=True)
class ModelNow:
    """A model in memory."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class LaneNow:
    """How many jobs are worked on in a lane, and how many more were taken for it."""

    name: LaneName
    running: int
    waiting: int


@dataclass(frozen=True)
class Status:
    """`answers` and `failures` are counted since the start; `storage_away_s` is None while storage answers."""

    bots: tuple[BotNow, ...]
    models: tuple[ModelNow, ...]
    lanes: tuple[LaneNow, ...]
    budget_bytes: int
    tokens_per_second: float
    answers: int
    failures: int
    storage_away_s: float | None = None

    @property
    def used_bytes(self) -> int:
        return sum(model.size_bytes for model in self.models)

    @property
    def states(self) -> dict[str, BotState]:
        """As a heartbeat tells them."""
        return {bot.name: bot.state for bot in self.bots}


class Tally:
    """Counts what came of the jobs. Used from the event loop alone; `clock_s` is in seconds and never goes back."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._tokens: deque[tuple[int, int]] = deque()  # (second, tokens of that second)
        self.answers = 0
        self.failures = 0

    @property
    def tokens_per_second(self) -> float:
        """Over the last seconds."""
        self._forget()
        return sum(tokens for _, tokens in self._tokens) / WINDOW_S

    def wrote(self, tokens: int) -> None:
        """So many more tokens than were told before."""
        self._forget()
        second = int(self._clock_s())
        if self._tokens and self._tokens[-1][0] == second:
            tokens += self._tokens.pop()[1]
        self._tokens.append((second, tokens))

    def answered(self) -> None:
        self.answers += 1

    def failed(self) -> None:
        self.failures += 1

    def _forget(self) -> None:
        oldest = int(self._clock_s()) - WINDOW_S
        while self._tokens and self._tokens[0][0] <= oldest:
            self._tokens.popleft()
