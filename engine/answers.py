"""What a model of any kind says while it answers one job: snapshots, then the answer."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from contracts.jobs import Job
from contracts.message import Parameters, PictureProgress
from contracts.wire import PictureName
from engine.bots import Bot


@dataclass(frozen=True)
class Snapshot:
    """The answer so far; each replaces the one before."""

    text: str = ""
    picture: PictureProgress | None = None


@dataclass(frozen=True)
class Drawing:
    """A finished picture as PNG; sizes in pixels. `thumbnail` is a small WebP of it, where that saves anything."""

    png: bytes
    width: int
    height: int
    alt: str
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """The end of a generation, with what is needed to make it again. `topic` is the title of a post."""

    text: str
    parameters: Parameters
    model: str
    topic: str = ""
    drawings: tuple[Drawing, ...] = ()
    prompt: str | None = None
    dialect: str | None = None
    seed: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A generation goes on when this is there; others have the device until then."""

    arriving: Future[bytes]


Generation = Generator[Snapshot | Answer | Waiting, None, None]


# The bytes of a picture that a message carries, soon; the future raises PictureGoneError, or AzureError.
Fetch = Callable[[PictureName], Future[bytes]]


def fetched(fetch: Fetch, name: PictureName) -> Generator[Waiting, None, bytes]:
    """Raises what the future does."""
    arriving = fetch(name)
    yield Waiting(arriving)
    return arriving.result()


class Model(Protocol):
    """A loaded model. It works in the thread of all turns, or in its lane's if it only waits for a service elsewhere.

    Whoever wants no more of an answer stops pulling. A lane pulls its answers in turn; before each round it calls
    `step`, in which a model that works on all of them together does so.
    """

    @property
    def size_bytes(self) -> int:
        """The memory that it holds now, on its device."""
        ...

    def step(self) -> None:
        """Raises what befell all answers alike; what befell one is raised where that one is pulled."""
        return

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """Any number of snapshots, then one answer. Raises JobError where another try would not help."""
        ...
