"""`python -m engine.training new-base DATASET FOLDER`: an untrained GPT-2 with a tokenizer of its own."""

import argparse
import logging
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from engine.training.dataset import TRAIN, Manifest, read_threads
from engine.training.tokenizer import save_tokenizer, train_tokenizer

log = logging.getLogger(__name__)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "new-base", help="an untrained GPT-2, for data that is simple enough to begin from nothing"
    )
    parser.add_argument("dataset", type=Path, help="the dataset whose words its tokenizer learns")
    parser.add_argument("folder", type=Path, help="where the model is written")
    parser.add_argument("--vocabulary", type=int, default=1860, help="tokens beside the tags (default: %(default)s)")
    parser.add_argument("--layers", type=int, default=4, help="(default: %(default)s)")
    parser.add_argument("--width", type=int, default=192, help="numbers a token (default: %(default)s)")
    parser.add_argument("--heads", type=int, default=6, help="attention heads (default: %(default)s)")
    parser.add_argument("--window", type=int, default=256, help="tokens it reads at a time (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="(default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    dialect = Manifest.load(arguments.dataset).dialect
    tokenizer = train_tokenizer(read_threads(arguments.dataset, TRAIN), dialect, arguments.vocabulary)
    model = untrained(
        tokenizer,
        layers=arguments.layers,
        width=arguments.width,
        heads=arguments.heads,
        window=arguments.window,
        seed=arguments.seed,
    )
    model.save_pretrained(arguments.folder)
    save_tokenizer(tokenizer, arguments.folder, arguments.window)
    log.info("an untrained GPT-2 of %.2f M parameters is in %s", model.num_parameters() / 1e6, arguments.folder)


def untrained(
    tokenizer: PreTrainedTokenizerFast, *, layers: int, width: int, heads: int, window: int, seed: int
) -> GPT2LMHeadModel:
    """Without dropout: a model this small does not learn by heart what it was made for."""
    torch.manual_seed(seed)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=window,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return GPT2LMHeadModel(config)
