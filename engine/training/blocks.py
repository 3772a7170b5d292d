"""Texts as a model learns them: one after the other, cut into full blocks of tokens."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler
from transformers import PreTrainedTokenizerBase

from engine.aside import LastInLine
from engine.training.course import Course, steps_an_epoch
from engine.training.problems import TrainingError
from engine.training.ranks import Rank

Ids = np.ndarray[tuple[int], np.dtype[np.int32]]

# The tokenizer spreads so many texts over the cores at a time.
TEXTS_AT_ONCE: Final = 1000


class Blocks(Dataset[torch.Tensor]):
    """Full blocks alone: padding would be trained on. Token ids take four bytes each."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, texts: Iterable[str], block_tokens: int) -> None:
        """Raises TrainingError where the texts do not fill one block."""
        ids = np.concatenate([np.empty(0, np.int32), *_encoded(tokenizer, texts)])
        count = len(ids) // block_tokens
        if not count:
            raise TrainingError(f"{len(ids)} tokens of text do not fill one block of {block_tokens}.")
        self._blocks: Final = ids[: count * block_tokens].reshape(count, block_tokens)
        self._line: Final = LastInLine()
        self.on_batch: Callable[[int], None] = lambda _blocks: None
        self.thrown_away = 0  # batches that the trainer fetches first and does not learn

    def __len__(self) -> int:
        return len(self._blocks)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(self._blocks[index].astype(np.int64))

    def __getitems__(self, indices: list[int]) -> list[torch.Tensor]:
        """A batch, as the data loader fetches it: the one moment between two batches that the trainer leaves to us."""
        if self.thrown_away:
            self.thrown_away -= 1
        else:
            self._line.wait()
            self.on_batch(len(indices))
        return [self[index] for index in indices]


class Shuffled(Sampler[int]):
    """The blocks of one process in an order that depends on the seed and the epoch alone, so that a resumed training
    sees each block once an epoch, too. Where several batches make a step, an epoch has whole steps only.

    The trainer throws away as many batches of a resumed epoch as it has done steps: these are given, and then what
    comes after the batches that were learnt. (The first step after that may learn fewer batches than the others.)
    """

    def __init__(self, blocks: int, course: Course, rank: Rank) -> None:
        self._blocks, self._course, self._rank = blocks, course, rank
        self._epoch = self._step = 0
        self.steps: Final = steps_an_epoch(blocks // rank.count, course.batch, course.accumulate)

    def resume(self, epoch: int, step: int) -> None:
        """From after a step of an epoch."""
        self._epoch, self._step = epoch, step

    @property
    def resumed_at(self) -> int:
        """The step after which it goes on; 0 from the beginning."""
        return self._epoch * self.steps + self._step

    @property
    def done(self) -> int:
        """Blocks that were learnt before a resumption, in all epochs."""
        return self._epoch * len(self) + self._step * self._course.accumulate * self._course.batch

    def __len__(self) -> int:
        mine = self._blocks // self._rank.count
        return mine if self._course.accumulate == 1 else self.steps * self._course.accumulate * self._course.batch

    def __iter__(self) -> Iterator[int]:
        chance = torch.Generator().manual_seed(self._course.seed * 1_000_003 + self._epoch)
        order = torch.randperm(self._blocks, generator=chance).tolist()
        mine = order[self._rank.number :: self._rank.count][: len(self)]
        thrown_away = self._step * self._course.batch
        yield from mine[:thrown_away]
        yield from mine[thrown_away * self._course.accumulate :]
        self._epoch, self._step = self._epoch + 1, 0


def _encoded(tokenizer: PreTrainedTokenizerBase, texts: Iterable[str]) -> Iterator[Ids]:
    remaining = iter(texts)
    while some := list(islice(remaining, TEXTS_AT_ONCE)):
        encoded = tokenizer(some, add_special_tokens=False, verbose=False).input_ids
        yield np.fromiter(chain.from_iterable(encoded), np.int32)
