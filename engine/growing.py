"""A text that grows with its tokens, at a cost that does not grow with it."""

from collections.abc import Sequence
from typing import Final, Protocol

HALF_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"


class Decodes(Protocol):
    """What of a tokenizer is needed."""

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool) -> str | list[str]: ...


class GrowingText:
    """`text` is what the tokens so far say, whole characters only."""

    def __init__(self, tokenizer: Decodes) -> None:
        self._tokenizer = tokenizer
        self.text = ""
        # The tokens of the last piece, and how many have been read: a piece may begin otherwise at the start of a text.
        self._known = 0
        self._read = 0

    def read(self, ids: Sequence[int]) -> str:
        """`ids` are all tokens so far. Returns the text."""
        if len(ids) == self._read:
            return self.text
        before = self._decoded(ids[self._known : self._read])
        now = self._decoded(ids[self._known :])
        if len(now) > len(before) and not now.endswith(HALF_CHARACTER):
            self.text += now[len(before) :]
            self._known, self._read = self._read, len(ids)
        return self.text

    def _decoded(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))
