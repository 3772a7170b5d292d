"""Choosing the next token of each text, each by its own parameters and its own chance."""

from collections.abc import Sequence
from typing import Final

import torch

from engine.text.request import Request

# The best of a vocabulary are looked for in so many blocks' maxima first: an eighth of the cost of looking everywhere.
BLOCK: Final = 64
NEVER: Final = float("-inf")


class Sampler:
    """The parameters of the texts as columns, made anew when a text comes or goes."""

    def __init__(self, requests: Sequence[Request], device: torch.device) -> None:
        def column(values: list[float]) -> torch.Tensor:
            return torch.tensor(values, device=device)[:, None]  # (texts, 1)

        self._requests = requests
        self._device = device
        self._temperature = column([each.temperature for each in requests])
        self._top_k = column([float(each.top_k) for each in requests])
        self._top_p = column([each.top_p for each in requests])
        self._penalty = column([each.repetition_penalty for each in requests])
        self._is_penalized = any(each.repetition_penalty != 1.0 for each in requests)
        self._most = max(each.top_k for each in requests)
        self._seen = _padded([each.ids for each in requests], device)  # (texts, tokens)

    @torch.inference_mode()
    def draw(self, logits: torch.Tensor) -> list[int]:
        """The next token of each text from `logits` (texts, vocabulary), which it changes."""
        # 1. What stands in a text already is less likely to come again (Keskar et al. 2019, CTRL, section 4.1).
        if self._is_penalized:
            said = logits.gather(1, self._seen)
            logits.scatter_(1, self._seen, torch.where(said > 0, said / self._penalty, said * self._penalty))
        # 2. The best of each text, the best first.
        best, tokens = top(logits, self._most)  # (texts, k)
        ranks = torch.arange(best.shape[1], device=self._device)
        best = (best / self._temperature).masked_fill(ranks >= self._top_k, NEVER)
        # 3. The smallest set of them whose shares exceed top_p (Holtzman et al. 2020, nucleus sampling).
        shares = best.softmax(-1)
        shares = shares.masked_fill(shares.cumsum(-1) - shares > self._top_p, 0.0)
        # 4. Each text's own number from [0, 1) falls into the share of one token.
        reached = shares.cumsum(-1)
        draws = torch.tensor([[each.draws[len(each.written)]] for each in self._requests], device=self._device)
        chosen = (reached <= draws * reached[:, -1:]).sum(-1, keepdim=True).clamp_max(best.shape[1] - 1)
        drawn = tokens.gather(1, chosen)
        if self._is_penalized:
            self._seen = torch.cat([self._seen, drawn], dim=1)
        result: list[int] = drawn[:, 0].tolist()
        return result


def top(logits: torch.Tensor, most: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The `most` largest of each row, the largest first, and their places: like `torch.topk`, in less time.

    Whatever is among the `most` largest lies in one of the `most` blocks with the largest maxima.
    """
    rows, width = logits.shape
    most = min(most, width)
    whole = width // BLOCK * BLOCK
    if whole // BLOCK < most * 2:
        return logits.topk(most, dim=-1)
    blocks = logits[:, :whole].unflatten(1, (-1, BLOCK))  # (rows, blocks, BLOCK)
    found = blocks.amax(-1).topk(most, dim=-1, sorted=False).indices  # (rows, most)
    places = (found[:, :, None] * BLOCK + torch.arange(BLOCK, device=logits.device)).flatten(1)
    rest = torch.arange(whole, width, device=logits.device).expand(rows, -1)
    places = torch.cat([places, rest], dim=1)
    best, at = logits.gather(1, places).topk(most, dim=-1)
    return best, places.gather(1, at)


def _padded(rows: Sequence[list[int]], device: torch.device) -> torch.Tensor:
    """Filled up with each row's own first token, which stands there anyway."""
    width = max(len(row) for row in rows)
    return torch.tensor([row + row[:1] * (width - len(row)) for row in rows], device=device)
