"""What a batch asks of a model: to take a text in, to go one token on with all, to let some go."""

from collections.abc import Sequence
from typing import Protocol

import torch


class Decoder(Protocol):
    """The texts are rows 0 … rows-1. Raises what torch raises when memory is short; the rows then are as before."""

    @property
    def rows(self) -> int: ...

    @property
    def size_bytes(self) -> int:
        """All that it holds."""
        ...

    def join(self, ids: Sequence[int], adapter: str) -> torch.Tensor:
        """A text becomes the last row. Returns the logits of its next token, (1, vocabulary) in fp32."""
        ...

    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        """The next token of each row. Returns the logits of those that follow, (rows, vocabulary) in fp32."""
        ...

    def drop(self, gone: Sequence[int]) -> None:
        """Rows leave, and others take their places as `remaining` says."""
        ...


def remaining(rows: int, gone: Sequence[int]) -> list[int]:
    """Which row stands at each place afterwards: the last ones fill the gaps, so that few have to move."""
    order = list(range(rows))
    for row in sorted(gone, reverse=True):
        order[row] = order[-1]
        order.pop()
    return order
