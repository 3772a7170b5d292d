"""Tokens a second of our fine-tuning beside a bare Hugging Face `Trainer` with the same settings."""

import logging
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, TrainingArguments, set_seed
from transformers import Trainer as BareTrainer

from engine.training import progress
from engine.training.blocks import Blocks
from engine.training.checkpoints import Checkpoints
from engine.training.course import Course, dtype_for
from engine.training.grammar import lessons
from engine.training.ranks import Rank
from engine.training.tokenizer import save_tokenizer, train_tokenizer
from engine.training.vocabulary import load_vocabulary
from tests.bench.report import Figures, median, table, verdict

TARGET: Final = 0.95
BLOCK_TOKENS: Final = 256
ROUNDS: Final = 5
CPU: Final = torch.device("cpu")
COURSE: Final = Course(
    epochs=1,
    learning_rate=1e-4,
    batch=4,
    accumulate=1,
    evaluate_every=1_000_000,
    patience=1,
    dtype=dtype_for("auto", CPU),
    lora_rank=0,
    less_memory=False,
    seed=7,
)


@dataclass(frozen=True)
class Shape:
    """Of a model with random weights, since the work does not depend on them; and what it learns in each round."""

    layers: int
    width: int
    heads: int
    vocabulary: int
    threads: int


FULL: Final = {
    "2 M, as the demo bots": Shape(layers=4, width=192, heads=6, vocabulary=1893, threads=1200),
    "124 M, GPT-2": Shape(layers=12, width=768, heads=12, vocabulary=50_284, threads=100),
}
SMALLEST: Final = {"smallest": Shape(layers=1, width=16, heads=2, vocabulary=1893, threads=40)}


class Timed(Blocks):
    """`began_s` is when the first batch was fetched."""

    began_s: float | None = None

    def __getitems__(self, indices: list[int]) -> list[torch.Tensor]:
        if self.began_s is None:
            self.began_s = time.perf_counter()
        return super().__getitems__(indices)

    def fetched_s(self) -> float:
        assert self.began_s is not None
        return self.began_s


async def run(smallest: bool) -> Figures:
    for name in ("simpletransformers", "engine"):
        logging.getLogger(name).setLevel(logging.ERROR)
    shapes, rounds = (SMALLEST, 1) if smallest else (FULL, ROUNDS)
    found = {name: _measured(shape, rounds) for name, shape in shapes.items()}
    table(
        "fine-tuning, tokens/s", ("model", "Trainer", "ours", "share"), [(name, *each) for name, each in found.items()]
    )
    worst = min(share for _, _, share in found.values())
    figures: Figures = {
        name: dict(zip(("trainer", "ours", "share"), each, strict=True)) for name, each in found.items()
    }
    return figures if smallest else figures | {"verdict": verdict("share of the bare Trainer", worst, TARGET)}


def _measured(shape: Shape, rounds: int) -> tuple[float, float, float]:
    """Both in turn, on the same blocks: their medians, and that of the rounds' shares."""
    tagged = [lesson.tagged("closed") for lesson in lessons(load_vocabulary("coop"), shape.threads, COURSE.seed)]
    tokenizer = train_tokenizer(tagged, "closed", 1860)
    found: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        _save_random(shape, tokenizer, base)
        blocks = Timed(tokenizer, tagged, BLOCK_TOKENS)
        for number in range(rounds):
            into = Path(folder) / str(number)
            found.append(
                (_bare_rate(base, blocks, into), _our_rate(base, tokenizer, tagged, blocks, into / "checkpoints"))
            )
    return median(bare for bare, _ in found), median(ours for _, ours in found), median(o / b for b, o in found)


def _our_rate(
    base: Path, tokenizer: PreTrainedTokenizerFast, held_out: Sequence[str], blocks: Timed, into: Path
) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which of its classes are gone
        from engine.training.trainer import Trainer
    trainer = Trainer(base, tokenizer, (), held_out[:1], COURSE, Rank(0, 1, CPU), Checkpoints(into))
    with progress.shown(len(blocks), BLOCK_TOKENS, is_quiet=True) as going:
        return _rate(blocks, lambda: trainer.fit(blocks, going))


def _bare_rate(base: Path, blocks: Timed, into: Path) -> float:
    set_seed(COURSE.seed)
    settings = TrainingArguments(
        output_dir=str(into),
        optim="adamw_torch_fused",
        adam_beta2=0.98,
        bf16=COURSE.dtype == torch.bfloat16,
        dataloader_pin_memory=False,
        disable_tqdm=True,
        learning_rate=COURSE.learning_rate,
        logging_steps=10,
        lr_scheduler_type="cosine",
        num_train_epochs=COURSE.epochs,
        per_device_train_batch_size=COURSE.batch,
        remove_unused_columns=False,
        report_to=[],
        save_strategy="no",
        use_cpu=True,
        warmup_steps=0.06,
        weight_decay=0.1,
    )
    model = GPT2LMHeadModel.from_pretrained(base)
    trainer = BareTrainer(model, settings, data_collator=_collated, train_dataset=blocks)
    return _rate(blocks, trainer.train)


def _rate(blocks: Timed, train: Callable[[], object]) -> float:
    """Tokens a second from the first batch on."""
    blocks.began_s = None
    train()
    ended_s = time.perf_counter()
    return len(blocks) * BLOCK_TOKENS / (ended_s - blocks.fetched_s())


def _collated(rows: list[torch.Tensor]) -> dict[str, Any]:
    ids = torch.stack(rows)
    return {"input_ids": ids, "labels": ids}


def _save_random(shape: Shape, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    config = GPT2Config(
        vocab_size=shape.vocabulary,
        n_positions=BLOCK_TOKENS,
        n_embd=shape.width,
        n_layer=shape.layers,
        n_head=shape.heads,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    save_tokenizer(tokenizer, folder, BLOCK_TOKENS)
