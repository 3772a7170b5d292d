"""How well a model foretells texts that it did not learn."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase

# The logits of so many tokens are in memory at a time: 0.2 GB with GPT-2's vocabulary.
TOKENS_AT_ONCE: Final = 1024
_UNSEEN: Final = -100  # what cross_entropy leaves out


@dataclass(frozen=True)
class Loss:
    """Over each token after the first of each text. `nats` is the sum of their negative log-likelihoods."""

    nats: float = 0.0
    tokens: int = 0
    text_bytes: int = 0

    def __add__(self, other: Self) -> "Loss":
        return Loss(self.nats + other.nats, self.tokens + other.tokens, self.text_bytes + other.text_bytes)

    @property
    def mean(self) -> float:
        """Nats a token, as a training's loss is given."""
        return self.nats / max(self.tokens, 1)

    @property
    def perplexity(self) -> float:
        return math.exp(self.mean)

    @property
    def bits_per_byte(self) -> float:
        """Of UTF-8, so that models with different tokenizers can be compared."""
        return self.nats / math.log(2) / max(self.text_bytes, 1)


@torch.inference_mode()
def measured(model: nn.Module, window: int, tokenizer: PreTrainedTokenizerBase, texts: Iterable[str]) -> Loss:
    """Of a text that is longer than the model's window only as much as fits is read."""
    was_training, device = model.training, next(model.parameters()).device
    model.eval()
    total = Loss()
    for batch in _batches(_encoded(tokenizer, texts, window)):
        longest = max(len(ids) for ids, _ in batch)
        inputs = torch.zeros(len(batch), longest, dtype=torch.long)  # (batch, time)
        labels = torch.full_like(inputs, _UNSEEN)
        for row, (ids, _) in enumerate(batch):
            inputs[row, : len(ids)] = labels[row, : len(ids)] = torch.tensor(ids)
        # What stands to the right of a token does not reach it, so the filling needs no mask.
        logits = model(inputs.to(device)).logits[:, :-1].float()  # (batch, time - 1, vocabulary)
        nats = cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten().to(device), reduction="sum")
        total += Loss(nats.item(), sum(len(ids) - 1 for ids, _ in batch), sum(size for _, size in batch))
    model.train(was_training)
    return total


def _encoded(
    tokenizer: PreTrainedTokenizerBase, texts: Iterable[str], window: int
) -> Iterator[tuple[Sequence[int], int]]:
    """The ids of each text that fit into the window, and the bytes that they stand for, but for the first."""
    for text in texts:
        encoded = tokenizer(text, add_special_tokens=False, verbose=False, return_offsets_mapping=True)
        ids, spans = encoded.input_ids[:window], encoded.offset_mapping[:window]
        if len(ids) > 1:
            yield ids, len(text[spans[0][1] : spans[-1][1]].encode())


def _batches(encoded: Iterator[tuple[Sequence[int], int]]) -> Iterator[list[tuple[Sequence[int], int]]]:
    batch: list[tuple[Sequence[int], int]] = []
    for each in encoded:
        longest = max([len(each[0]), *(len(ids) for ids, _ in batch)])
        if batch and longest * (len(batch) + 1) > TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
