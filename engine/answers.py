"""What a model of any kind says while it answers one job: snapshots, then the answer."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from contracts.jobs import Job
from contracts.message import Parameters, PictureProgress
from engine.bots import Bot


@dataclass(frozen=True)
class Snapshot:
    """The answer so far; each replaces the one before."""

    text: str = ""
    picture: PictureProgress | None = None


@dataclass(frozen=True)
class Drawing:
    """A finished picture as PNG; sizes in pixels."""

    png: bytes
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Answer:
    """The end of a generation, with what is needed to make it again."""

    text: str
    parameters: Parameters
    model: str
    drawings: tuple[Drawing, ...] = ()
    prompt: str | None = None
    dialect: str | None = None
    seed: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tokens_per_second: float | None = None


Generation = Generator[Snapshot | Answer, None, None]


class Model(Protocol):
    """A loaded model. `answer` runs in its lane's thread; whoever wants no more stops pulling."""

    def answer(self, bot: Bot, job: Job) -> Generation:
        """Any number of snapshots, then one answer. raises JobError where another try would not help."""
        ...
