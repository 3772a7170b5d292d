"""A small byte-level BPE tokenizer for a text bot, in which each tag of its dialect is one token."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from engine import dialects
from engine.dialects import Dialect

END: Final = "<|endoftext|>"


def train_tokenizer(texts: Iterable[str], dialect: Dialect, merged_tokens: int) -> PreTrainedTokenizerFast:
    """A tokenizer of `merged_tokens` byte-pair tokens and the tags, learnt from what stands between the tags."""
    fixed = re.compile("|".join(re.escape(tag) for tag in dialects.tags(dialect)))
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=merged_tokens, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    bpe.train_from_iterator((part for text in texts for part in fixed.split(text)), trainer)
    # Not special: the trainer re-encodes text decoded without special tokens, and the tags would be gone from it.
    bpe.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in dialects.tags(dialect) if tag != END])
    bpe.add_special_tokens([AddedToken(END, special=True, normalized=False)])
    return PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token=END, pad_token=END)


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path, window_tokens: int) -> None:
    tokenizer.model_max_length = window_tokens
    for how_it_was_loaded in ("is_local", "local_files_only"):
        tokenizer.init_kwargs.pop(how_it_was_loaded, None)
    tokenizer.save_pretrained(folder)
