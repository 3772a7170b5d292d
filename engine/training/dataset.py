"""A dataset folder: tagged threads to learn from and to be tested on, and what they were made from.

| file                | what it holds                                                                        |
| `train.txt`         | tagged threads in one dialect, each after its ending tag followed by one line break  |
| `heldout.txt`       | the same, of other posts: no post has threads in both files                          |
| `manifest.json`     | `Manifest`                                                                           |
| `report.md`         | what was read, kept and dropped, and ten samples, for people                         |
| `preferences.jsonl` | only from a channel's history: prompt, chosen and rejected answer, tagged            |
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from engine import dialects
from engine.dialects import Dialect
from engine.training.problems import TrainingError

MANIFEST: Final = "manifest.json"
TRAIN: Final = "train.txt"
HELD_OUT: Final = "heldout.txt"
REPORT: Final = "report.md"
PREFERENCES: Final = "preferences.jsonl"

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class DatasetError(TrainingError):
    """The folder is no dataset, or not the one that its manifest describes; the sentence says what was seen."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """A file that was read; `name` without its folder, `size` in bytes."""

    name: str
    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


class Threads(_Part):
    """One of the two files of threads."""

    posts: Annotated[int, Field(ge=0)]
    threads: Annotated[int, Field(ge=0)]
    sha256: Sha256


class Manifest(_Part):
    """What a dataset was made from, and how; `made_at` in ISO 8601 with its zone."""

    dialect: Dialect
    subreddits: tuple[str, ...]
    sources: tuple[Source, ...]
    rules: dict[str, JsonValue]
    seed: int
    train: Threads
    heldout: Threads
    made_at: str
    command: str

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises DatasetError."""
        try:
            return cls.model_validate_json((folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            raise DatasetError(f"{folder} is no dataset: it has no {MANIFEST}. make-dataset makes one.") from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise DatasetError(f"{folder / MANIFEST}: {place}: {first['msg']}") from None

    def save(self, folder: Path) -> None:
        (folder / MANIFEST).write_text(self.model_dump_json(indent=2) + "\n", "utf-8")


class ThreadsFile:
    """Writes one of the two files of threads, in any number of steps. Use it as a context."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._posts = self._threads = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add_post(self, tagged: Iterable[str]) -> None:
        """All threads of one post."""
        self._posts += 1
        for text in tagged:
            line = text.encode() + b"\n"
            self._digest.update(line)
            self._file.write(line)
            self._threads += 1

    def described(self) -> Threads:
        """What was written so far."""
        return Threads(posts=self._posts, threads=self._threads, sha256=self._digest.hexdigest())


def write_threads(path: Path, tagged: Iterator[str]) -> tuple[int, str]:
    """Writes tagged threads; how many they were, and the file's SHA-256."""
    with ThreadsFile(path) as file:
        file.add_post(tagged)
    written = file.described()
    return written.threads, written.sha256


def read_threads(folder: Path, name: str) -> Iterator[str]:
    """The tagged threads of `name`, TRAIN or HELD_OUT, without the line breaks between them.

    Raises DatasetError where the file is missing or is not UTF-8.
    """
    endings = tuple(f"{ending}\n" for ending in dialects.endings(Manifest.load(folder).dialect))
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            lines: list[str] = []
            for line in file:
                lines.append(line)
                if line.endswith(endings):
                    yield "".join(lines).removesuffix("\n")
                    lines.clear()
    except OSError as error:
        raise DatasetError(f"{folder / name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DatasetError(f"{folder / name} is not UTF-8 at byte {error.start}.") from None
    if lines:
        raise DatasetError(f"{folder / name} ends in the middle of a thread.")
