"""Trains a GPT-2 with simpletransformers on exactly the token ids that the tokenizer gives."""

import sys
import tempfile
from pathlib import Path
from typing import Final, cast

import torch
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from engine.aside import LastInLine

WINDOW_TOKENS: Final = 256
# Many small steps beat few big ones here: with sixteen blocks a step the tags came out broken.
BLOCKS_A_STEP: Final = 4


class Blocks(Dataset[torch.Tensor]):
    """The texts one after the other, cut into full blocks: padding would be trained on."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> None:
        ids = [token for text in texts for token in tokenizer(text).input_ids]
        starts = range(0, len(ids) - WINDOW_TOKENS + 1, WINDOW_TOKENS)
        self._blocks = [torch.tensor(ids[start : start + WINDOW_TOKENS]) for start in starts]
        self._line = LastInLine()

    def __len__(self) -> int:
        return len(self._blocks)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self._blocks[index]

    def __getitems__(self, indices: list[int]) -> list[torch.Tensor]:
        """A batch, as the data loader fetches it: the one moment between two batches that the trainer leaves to us."""
        self._line.wait()
        return [self._blocks[index] for index in indices]


def fresh_model(tokenizer: PreTrainedTokenizerFast, seed: int) -> GPT2LMHeadModel:
    """An untrained GPT-2 of about two million parameters."""
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=WINDOW_TOKENS,
        n_embd=192,
        n_layer=4,
        n_head=6,
        resid_pdrop=0.0,  # the grammar does not run out of threads, so there is nothing to learn by heart
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return GPT2LMHeadModel(config)


def train(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, blocks: Blocks, epochs: int, seed: int
) -> GPT2LMHeadModel:
    # An optional package that takes seconds to load and that only training needs.
    from simpletransformers.language_modeling import LanguageModelingArgs, LanguageModelingModel

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        model.save_pretrained(base)
        tokenizer.save_pretrained(base)
        settings = LanguageModelingArgs(
            adam_betas=(0.9, 0.98),
            block_size=WINDOW_TOKENS,
            cache_dir=f"{folder}/cache",
            fp16=False,
            learning_rate=3e-3,
            logging_steps=10,
            manual_seed=seed,
            max_seq_length=WINDOW_TOKENS,
            mlm=False,
            no_save=True,  # it would write a pickle beside the weights
            num_train_epochs=epochs,
            scheduler="cosine_schedule_with_warmup",
            silent=not sys.stderr.isatty(),
            tensorboard_dir=f"{folder}/tensorboard",
            train_batch_size=BLOCKS_A_STEP,
            use_multiprocessing=False,
            weight_decay=0.1,
        )
        device = "cuda" if torch.cuda.is_available() else "cpu"
        trainer = LanguageModelingModel("gpt2", str(base), args=settings, use_cuda=device == "cuda")
        # Its own reading of a text file decodes and encodes again, and loses what is not plain text on the way.
        trainer.load_and_cache_examples = lambda *_, **__: blocks
        # Its own mixed precision is for CUDA alone; bfloat16 halves the time on processors that know it. Without the
        # cache: it would keep the first step's weights until the block ends.
        with torch.autocast(device, dtype=torch.bfloat16, cache_enabled=False):
            trainer.train_model("", output_dir=f"{folder}/trained")
        return cast(GPT2LMHeadModel, trainer.model.cpu().eval())
