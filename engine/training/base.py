"""The model that a training begins with: any GPT-2, with the tags of a dialect among its tokens."""

from pathlib import Path
from typing import Final, cast

import torch
from safetensors import SafetensorError
from tokenizers import AddedToken
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from engine import dialects
from engine.dialects import Dialect
from engine.training.problems import TrainingError

# OpenAI's own, smallest first, by the short names that everybody uses.
SIZES: Final = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")


def load_base(source: str) -> tuple[GPT2LMHeadModel, PreTrainedTokenizerFast]:
    """One of SIZES, another id on a model hub, or a folder; in full precision. Raises TrainingError."""
    name = f"openai-community/{source}" if source in SIZES and not Path(source).is_dir() else source
    try:
        model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise TrainingError(f"The model {source} cannot be loaded: {str(error).splitlines()[0]}") from error
    if not isinstance(model, GPT2LMHeadModel):
        raise TrainingError(f"{source} is a {type(model).__name__}; only GPT-2 can be fine-tuned here.")
    return model, cast(PreTrainedTokenizerFast, tokenizer)


def bot_folder(folder: Path) -> str:
    """For what is no id on a hub. Raises TrainingError where there is no such folder."""
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}.")
    return str(folder)


def add_tags(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, dialect: Dialect) -> list[int]:
    """Makes each tag one token, and enlarges the embeddings; the ids of the tags that are new.

    They are not special: what is decoded without special tokens keeps them.
    """
    known = tokenizer.get_vocab()
    new = [tag for tag in dialects.tags(dialect) if tag not in known]
    tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in new])
    if len(tokenizer) > model.config.vocab_size:
        model.resize_token_embeddings(len(tokenizer))
    return [tokenizer.get_vocab()[tag] for tag in new]


def block_size(config: GPT2Config, wanted: int | None) -> int:
    """How many tokens are learnt at a time: the model's window, or fewer. Raises TrainingError."""
    window = int(config.n_positions)
    if wanted is None:
        return window
    if not 2 <= wanted <= window:
        raise TrainingError(f"Blocks of {wanted} tokens do not fit: this model reads 2 to {window}.")
    return wanted
