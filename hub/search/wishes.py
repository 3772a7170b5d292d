"""What somebody looks for, made into an expression of FTS5 that no input can break."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.errors import BadSearchError
from hub.search.segments import has_words, segmented

# Longer than anybody types; each word is another list to merge.
MOST_CHARACTERS: Final = 500
MOST_WORDS: Final = 32

# A phrase may lack its closing quote: whoever types has not come to it yet.
TERM: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Wish:
    """`match`: what must be met; `without`: what must not. None where nothing is asked. Both in FTS5's own language."""

    match: str | None
    without: str | None


def wish(text: str, topic: str | None) -> Wish:
    """Raises BadSearchError. Every word of the asker ends inside quotes, so nothing of it is an operator."""
    if len(text) > MOST_CHARACTERS:
        raise BadSearchError(f"Please look for less: at most {MOST_CHARACTERS} characters.")
    terms = [*_terms(text)]
    if len(terms) > MOST_WORDS:
        raise BadSearchError(f"Please look for less: at most {MOST_WORDS} words.")
    wanted = [term for is_wanted, term in terms if is_wanted]
    if topic is not None:
        if not has_words(topic):
            raise BadSearchError("There is no word in that topic.")
        wanted.append(f"topic : {_quoted(topic)}")
    unwanted = [term for is_wanted, term in terms if not is_wanted]
    if text.strip() and not terms:
        raise BadSearchError("There is no word in that to look for.")
    return Wish(" AND ".join(wanted) or None, " OR ".join(unwanted) or None)


def _terms(text: str) -> Iterator[tuple[bool, str]]:
    """Whether a term is wanted, and the term; what holds no word is left out."""
    for found in TERM.finditer(text):
        phrase, word = found["phrase"], found["word"] or ""
        said = phrase if phrase is not None else word.rstrip("*")
        if has_words(said):
            yield not found["minus"], _quoted(said) + (" *" if word.endswith("*") else "")


def _quoted(said: str) -> str:
    return '"' + segmented(said).replace('"', '""') + '"'
