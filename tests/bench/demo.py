"""The held-out loss of the demo bots beside the same models untrained and beside a bigram model of the same tokens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from transformers import GPT2LMHeadModel, PreTrainedTokenizerBase

from engine.training.base import load_base
from engine.training.grammar import lessons
from engine.training.loss import measured
from engine.training.vocabulary import corpus_names, load_vocabulary
from tests.bench.report import Figures, table

BOTS: Final = Path(__file__).parents[2] / "engine" / "bots"
# The bots learnt from threads of the first seed; of the other they saw none.
LEARNT_SEED: Final = 7
FRESH_SEED: Final = 8
LEARNT: Final = 16_800
FRESH: Final = 500
# How many times each pair counts as seen before it is: the best of these is taken, to the bigram model's advantage.
PRIORS: Final = (0.1, 1.0, 10.0)


async def run(smallest: bool) -> Figures:
    learnt, fresh = (200, 20) if smallest else (LEARNT, FRESH)
    found = {load_vocabulary(corpus).bot: _losses(corpus, learnt, fresh) for corpus in corpus_names()}
    table(
        "held-out loss, nats a token",
        ("bot", "untrained", "bigram", "bot's own"),
        [(name, *losses) for name, losses in found.items()],
    )
    return {name: dict(zip(("untrained", "bigram", "bot"), losses, strict=True)) for name, losses in found.items()}


def _losses(corpus: str, learnt: int, fresh: int) -> tuple[float, float, float]:
    vocabulary = load_vocabulary(corpus)
    model, tokenizer = load_base(str(BOTS / vocabulary.bot))
    training, held_out = (
        [lesson.tagged("closed") for lesson in lessons(vocabulary, count, seed)]
        for count, seed in ((learnt, LEARNT_SEED), (fresh, FRESH_SEED))
    )
    window = model.config.n_positions
    torch.manual_seed(LEARNT_SEED)
    untrained = measured(GPT2LMHeadModel(model.config), window, tokenizer, held_out).mean
    return untrained, _bigram(tokenizer, training, held_out), measured(model, window, tokenizer, held_out).mean


def _bigram(tokenizer: PreTrainedTokenizerBase, training: Sequence[str], held_out: Sequence[str]) -> float:
    """Pairs of tokens as often as they were seen, smoothed with single tokens (MacKay and Peto, 1995)."""
    size = len(tokenizer)
    pairs = np.zeros((size, size))
    for text in training:
        ids = np.array(tokenizer(text).input_ids)
        np.add.at(pairs, (ids[:-1], ids[1:]), 1)
    alone = (pairs.sum(0) + 1) / (pairs.sum() + size)
    seen = [np.array(tokenizer(text).input_ids) for text in held_out]
    before, after = np.concatenate([ids[:-1] for ids in seen]), np.concatenate([ids[1:] for ids in seen])
    counts, totals = pairs[before, after], pairs.sum(1)[before]
    return min(float(-np.log((counts + k * alone[after]) / (totals + k)).mean()) for k in PRIORS)
