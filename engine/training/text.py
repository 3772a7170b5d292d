"""`python -m engine.training text FOLDER --corpus NAME`: makes a text bot's model folder."""

import argparse
import json
import logging
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

from engine.training import card, finetune
from engine.training.grammar import lessons
from engine.training.heldout import Candidate
from engine.training.tokenizer import save_tokenizer, train_tokenizer
from engine.training.vocabulary import corpus_names, load_vocabulary

log = logging.getLogger(__name__)

DIALECT: Final = "closed"
MERGED_TOKENS: Final = 1860
HELD_OUT_LESSONS: Final = 300


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("text", help="a small GPT-2 bot, trained on threads that a grammar makes")
    parser.add_argument("folder", type=Path, help="where the model folder is written")
    parser.add_argument("--corpus", choices=corpus_names(), required=True, help="what the bot knows")
    parser.add_argument("--lessons", type=int, default=16000, help="how many threads are made to learn from")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    began_s = time.process_time()
    vocabulary = load_vocabulary(arguments.corpus)
    texts = [lesson.tagged(DIALECT) for lesson in lessons(vocabulary, arguments.lessons, arguments.seed)]
    tokenizer = train_tokenizer(texts, DIALECT, MERGED_TOKENS)
    blocks = finetune.Blocks(tokenizer, texts)
    log.info("%d threads in %d blocks of %d tokens", len(texts), len(blocks), finetune.WINDOW_TOKENS)
    model = finetune.train(
        finetune.fresh_model(tokenizer, arguments.seed), tokenizer, blocks, arguments.epochs, arguments.seed
    )
    model.half()
    model.save_pretrained(arguments.folder)
    save_tokenizer(tokenizer, arguments.folder, finetune.WINDOW_TOKENS)
    cpu_s = time.process_time() - began_s
    log.info("saved %s after %.0f s of processor time", arguments.folder, cpu_s)
    _measure(arguments, cpu_s)


def _measure(arguments: argparse.Namespace, cpu_s: float) -> None:
    """Writes the model card, and prints JSON in the last line."""
    vocabulary = load_vocabulary(arguments.corpus)
    candidate = Candidate.load(arguments.folder, DIALECT)
    score = candidate.score(lessons(vocabulary, HELD_OUT_LESSONS, arguments.seed + 1), vocabulary)
    answers = [
        (asked, candidate.chat(vocabulary.subreddit, asked, number)) for number, asked in enumerate(vocabulary.samples)
    ]
    card.write(arguments, vocabulary, candidate.model.num_parameters(), cpu_s, score, answers)
    for asked, answer in answers:
        print(f"{asked} → {answer}")
    print(json.dumps(asdict(score)))
