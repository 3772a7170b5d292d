"""One text to be written: what it goes on from, how it is chosen, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import torch

from contracts.message import Parameters

# Where a caller leaves it open: the few best tokens, since sorting a whole vocabulary costs more than a small model.
USUAL_TOP_K: Final = 50


@dataclass(eq=False)
class Request:
    """`prompt` and `written` are token ids; `draws` holds one number from [0, 1) for each token that may be written.

    The numbers are drawn before anything else is known, on the CPU, so that a seed means the same whatever else is
    written at the same time and wherever.
    """

    prompt: Sequence[int]
    limit: int
    temperature: float
    top_k: int
    top_p: float
    repetition_penalty: float
    stops: frozenset[int]
    draws: list[float]
    adapter: str = ""
    written: list[int] = field(default_factory=list)
    is_done: bool = False
    error: Exception | None = None

    @property
    def ids(self) -> list[int]:
        """All of it: what the model has to know before it writes the next token."""
        return [*self.prompt, *self.written]

    def take(self, token: int) -> None:
        """The next token; one that stops is not part of the text."""
        if token in self.stops:
            self.is_done = True
            return
        self.written.append(token)
        self.is_done = len(self.written) >= self.limit

    def fail(self, error: Exception) -> None:
        """It ends here."""
        self.error = error
        self.is_done = True


def request(
    prompt: Sequence[int], chosen: Parameters, stops: frozenset[int], chance: torch.Generator, adapter: str = ""
) -> Request:
    """From complete parameters; a temperature of 0 takes the likeliest token always."""
    limit = chosen.max_new_tokens or 0
    is_greedy = not chosen.temperature
    return Request(
        prompt=prompt,
        limit=limit,
        temperature=chosen.temperature or 1.0,
        top_k=1 if is_greedy else chosen.top_k or USUAL_TOP_K,
        top_p=chosen.top_p or 1.0,
        repetition_penalty=chosen.repetition_penalty or 1.0,
        stops=stops,
        draws=torch.rand(limit, generator=chance).tolist(),
        adapter=adapter,
    )
