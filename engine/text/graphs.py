"""GPT-2's loop on CUDA: a step is recorded once for each number of rows, and replayed as one launch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from transformers import GPT2LMHeadModel

from engine.text.gpt2 import Gpt2, MakeLinear

# Steps before a recording, in which the libraries choose their kernels and make their workspaces.
WARM_UP: Final = 3


@dataclass(frozen=True)
class Recording:
    """A step with its inputs, (rows,) each, and its output, (rows, vocabulary), at fixed places in memory."""

    graph: torch.cuda.CUDAGraph
    tokens: torch.Tensor
    places: torch.Tensor
    logits: torch.Tensor


class GraphedGpt2(Gpt2):
    """Rows and spans are rounded up to powers of two, so that a few recordings serve all; rows too many are empty ones.

    Rows with adapters go the plain way, since each mixture of them is another computation.
    """

    def __init__(self, model: GPT2LMHeadModel, make: MakeLinear) -> None:
        super().__init__(model, make)
        self._recordings: dict[tuple[int, int], Recording] = {}

    def _reserve(self, rows: int, tokens: int) -> None:
        held = self._keys
        super()._reserve(rows, tokens)
        if self._keys is not held:
            self._recordings.clear()

    def _decode(self, tokens: Sequence[int], places: Sequence[int], span: int) -> torch.Tensor:
        if any(self._adapted):
            return super()._decode(tokens, places, span)
        rows = 1 << (len(tokens) - 1).bit_length()
        span = min(1 << (span - 1).bit_length(), self._values.shape[3])
        spare = [0] * (rows - len(tokens))
        given = (torch.tensor([*tokens, *spare]), torch.tensor([*places, *spare]))
        if (rows, span) not in self._recordings:
            self._recordings[rows, span] = self._record(*given, span)
        recording = self._recordings[rows, span]
        recording.tokens.copy_(given[0])
        recording.places.copy_(given[1])
        recording.graph.replay()
        return recording.logits[: len(tokens)].clone()

    def _record(self, tokens: torch.Tensor, places: torch.Tensor, span: int) -> Recording:
        """With the step that comes next, so that what it writes into the cache is right."""
        tokens, places = tokens.to(self._device), places.to(self._device)
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(WARM_UP):
                self._forward(tokens, places, span)
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        # Other threads may load a model meanwhile.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            logits = self._forward(tokens, places, span)
        return Recording(graph, tokens, places, logits)
