"""The words from which training threads are made: `corpora/NAME.toml` for a subreddit, `phrases.toml` for all."""

import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

_HERE: Final = Path(__file__).parent


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trouble(_Words):
    """Causes and cures stand in the order of the signs that they fit best."""

    signs: tuple[str, ...]
    causes: tuple[str, ...]
    cures: tuple[str, ...]


class Subject(_Words):
    names: tuple[str, ...]
    views: tuple[str, ...]
    tips: tuple[str, ...]
    asks: tuple[str, ...] = ()  # questions that the tips answer
    trouble: tuple[Trouble, ...] = ()


class Talk(_Words):
    asks: tuple[str, ...]
    answers: tuple[str, ...]


class Vocabulary(_Words):
    subreddit: str
    bot: str
    samples: tuple[str, ...]  # questions that the model card shows with their answers
    boasts: tuple[str, ...]
    praise: tuple[str, ...]
    proud: tuple[str, ...]
    slots: dict[str, tuple[str, ...]]
    subject: tuple[Subject, ...]
    talk: tuple[Talk, ...]


class Names(_Words):
    first: tuple[str, ...]
    last: tuple[str, ...]
    given: tuple[str, ...]
    general: tuple[str, ...]
    syllables: tuple[str, ...]


class Phrases(_Words):
    rooms: tuple[str, ...]
    view_asks: tuple[str, ...]
    tip_asks: tuple[str, ...]
    more: tuple[str, ...]
    again: tuple[str, ...]
    thanks: tuple[str, ...]
    doubt: tuple[str, ...]
    trouble_asks: tuple[str, ...]
    trouble_titles: tuple[str, ...]
    trouble_bodies: tuple[str, ...]
    cheer: tuple[str, ...]
    names: Names


def corpus_names() -> list[str]:
    return sorted(path.stem for path in (_HERE / "corpora").glob("*.toml"))


def load_vocabulary(name: str) -> Vocabulary:
    return Vocabulary.model_validate(_read(_HERE / "corpora" / f"{name}.toml"))


def load_phrases() -> Phrases:
    return Phrases.model_validate(_read(_HERE / "phrases.toml"))


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
