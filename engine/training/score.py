"""How good a bot's answers are, in numbers that need no judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine import dialects
from engine.dialects import TAG
from engine.training.answering import Answered

# Within an answer: seq-rep-4 of Welleck et al., "Neural text generation with unlikelihood training" (2020).
REPEATED_WORDS: Final = 4
# Twelve words in a row are more than a phrase that everybody uses.
COPIED_WORDS: Final = 12

Gram = tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1, but for `words`, the mean length of an answer."""

    answers: int
    tag_errors: float  # answers that did not end with a tag in time
    silent: float  # answers without a word
    echoes: float  # answers that only say what the thread had said
    repetition: float  # of an answer's 4-grams those that stood in it before
    copied: float | None  # of all answers' 12-grams those that stand in the training text; None where there are none
    words: float


def score(answered: Sequence[Answered], training: Iterable[str]) -> Score:
    """`training` is read once, and never whole in memory. There must be at least one answer."""
    count = len(answered)
    texts = [each.text for each in answered]
    spoken = [each for each in answered if each.text.strip()]
    return Score(
        answers=count,
        tag_errors=sum(not each.is_closed for each in answered) / count,
        silent=1 - len(spoken) / count,
        echoes=sum(not dialects.acceptable(each.text, each.question.said) for each in spoken) / count,
        repetition=sum(map(_repeated, texts)) / count,
        copied=_copied(texts, training),
        words=sum(len(_words(text)) for text in texts) / count,
    )


def _repeated(text: str) -> float:
    grams = _grams(_words(text), REPEATED_WORDS)
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _copied(texts: Iterable[str], training: Iterable[str]) -> float | None:
    grams = [gram for text in texts for gram in _grams(_words(text), COPIED_WORDS)]
    missing = set(grams)
    for thread in training:
        for part in TAG.split(thread):
            missing.difference_update(_grams(_words(part), COPIED_WORDS))
    return sum(gram not in missing for gram in grams) / len(grams) if grams else None


def _grams(words: Sequence[str], size: int) -> list[Gram]:
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]


def _words(text: str) -> list[str]:
    return text.casefold().split()
