"""From the pairs of answers that a hub's export holds to pairs of tagged answers, as preference training reads them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from engine import dialects
from engine.dialects import Comment, Dialect, Thread
from engine.training.dumps.judges import Judges
from engine.training.dumps.probe import NoDumpError, check_readable
from engine.training.dumps.rows import BROKEN, ENCODING, FIELDS, SHOWN_CHARACTERS
from engine.training.dumps.rules import DELETED
from engine.training.dumps.tally import Tally
from engine.training.dumps.text import cleaned, is_gone
from engine.training.dumps.verdicts import Verdicts
from engine.training.dumps.work_file import Place

_NO_LIMIT: Final = 1 << 40


class _Said(msgspec.Struct, frozen=True):
    author: str
    text: str


class Pair(msgspec.Struct, frozen=True):
    """Two answers to the same, as they stand in a line of the export; the oldest ancestor comes first."""

    subreddit: str
    title: str
    body: str
    author: str
    ancestors: tuple[_Said, ...]
    chosen: _Said
    rejected: _Said


class Preference(msgspec.Struct, frozen=True):
    prompt: str
    chosen: str
    rejected: str


_LINE: Final = msgspec.json.Decoder(Pair)


def check_preferences(path: Path) -> None:
    """Raises NoDumpError. An empty file is that of a channel in which nobody preferred an answer."""
    check_readable(path)
    if not path.stat().st_size:
        return
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    if not isinstance(_pair(first), Pair):
        raise NoDumpError(f"{path} holds no preferences: its first line is no pair of a chosen and a rejected answer.")


def preferences(path: Path, dialect: Dialect, verdicts: Verdicts, judges: Judges, tally: Tally) -> Iterator[Preference]:
    """Pairs of which the rules drop no text."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            tally.pairs_read += 1
            pair = _pair(line)
            if isinstance(pair, str):
                shown = line[:SHOWN_CHARACTERS].decode("utf-8", "backslashreplace")
                tally.note_bad(pair, Place(path.name, number, shown))
            elif rule := _rule(pair, verdicts, judges):
                tally.pairs_dropped[rule] += 1
            else:
                tally.pairs_kept += 1
                yield _preference(pair, dialect)


def _pair(line: bytes) -> Pair | str:
    """Or what is wrong with it."""
    try:
        return _LINE.decode(line)
    except msgspec.ValidationError:
        return FIELDS
    except msgspec.DecodeError:
        return BROKEN
    except UnicodeDecodeError:
        return ENCODING


def _rule(pair: Pair, verdicts: Verdicts, judges: Judges) -> str | None:
    if is_gone(pair.title) or is_gone(pair.body):
        return DELETED
    said = [*pair.ancestors, pair.chosen, pair.rejected]
    for one in said:
        if rule := verdicts.on_text(one.author, cleaned(one.text)):
            return rule
    texts = [pair.title, pair.body, *(cleaned(one.text) for one in said)]
    return "toxicity_model" if judges.are_toxic and any(judges.are_toxic(texts)) else None


def _preference(pair: Pair, dialect: Dialect) -> Preference:
    ancestors = tuple(Comment(one.author, cleaned(one.text)) for one in pair.ancestors)
    asked = Thread(cleaned(pair.title), cleaned(pair.body), False, pair.subreddit, ancestors)
    speaker = pair.chosen.author
    prompt = dialects.prompt(dialect, asked, pair.author, speaker, len, _NO_LIMIT)

    def answer(said: _Said) -> str:
        """What stands after the prompt, up to the end."""
        comments = (*ancestors, Comment(speaker, cleaned(said.text)))
        thread = Thread(asked.title, asked.body, False, asked.subreddit, comments)
        return dialects.lesson(dialect, thread, pair.author).removeprefix(prompt)

    return Preference(prompt, answer(pair.chosen), answer(pair.rejected))
