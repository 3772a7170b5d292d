"""`python -m engine.training demo-bots`: makes the three demo bots of this repository again, as anybody makes a bot."""

import argparse
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.training.card import CARD
from engine.training.evaluate import EVALUATION
from engine.training.finetune import CHECKPOINTS, TENSORBOARD
from engine.training.vocabulary import corpus_names, load_vocabulary

ROOT: Final = Path(__file__).parents[2]
BOTS: Final = Path("engine/bots")
WORK: Final = Path(".data/demo-bots")
# Made-up posts have short titles, no scores that mean anything, and authors who chat on under their own posts.
RULES: Final = "--min-title-words 1 --bare-titles keep --own-first-replies keep --repeats keep"
# A model that begins from nothing takes far larger steps than one that can write already.
COURSE: Final = "--epochs 4 --learning-rate 3e-3"
ORIGIN: Final = """
## Where the threads come from
This subreddit does not exist. Its threads were made by a grammar (`engine/training/grammar.py`) from the words in
`engine/training/corpora/{corpus}.toml`; no text by people and no other model went into this bot. It knows these
subjects and some small talk, and nothing else.
"""


@dataclass(frozen=True)
class Step:
    """A command, and the file that shows that it has been done."""

    command: str
    made: Path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo-bots", help="CoopBot, PabloBot and ImageBot: about an hour on two CPU cores")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Each command in a process of its own, so that none inherits the memory or the random state of another."""
    for corpus in corpus_names():
        text_bot(corpus)
    _give(f"images train {BOTS / 'ImageBot'}")
    shutil.rmtree(ROOT / WORK)


def text_bot(corpus: str) -> None:
    """Into engine/bots; what was done before an interruption is not done again."""
    for step in steps(corpus):
        if not (ROOT / step.made).exists():
            _give(step.command)
    bot = Path(load_vocabulary(corpus).bot)
    left_out = shutil.ignore_patterns(TENSORBOARD, CHECKPOINTS)
    shutil.copytree(ROOT / WORK / bot, ROOT / BOTS / bot, dirs_exist_ok=True, ignore=left_out)
    with (ROOT / BOTS / bot / CARD).open("a", encoding="utf-8") as card:
        card.write(ORIGIN.format(corpus=corpus))


def steps(corpus: str) -> Iterator[Step]:
    vocabulary = load_vocabulary(corpus)
    name, folder, bot = vocabulary.subreddit, WORK / corpus, WORK / vocabulary.bot
    posts, comments = folder / f"RS_{name}.zst", folder / f"RC_{name}.zst"
    dataset, base, told = folder / "dataset", folder / "base", bot / EVALUATION
    yield Step(f"sample-dump {corpus} {folder}", comments)
    made = f"make-dataset {posts} {comments} --subreddit {name} --into {dataset} {RULES}"
    yield Step(made, dataset / "manifest.json")
    yield Step(f"new-base {dataset} {base}", base / "tokenizer_config.json")
    yield Step(f"finetune {dataset} --base {base} --into {bot} {COURSE}", bot / "README.md")
    yield Step(f"evaluate {bot} --dataset {dataset} --report {told}", told)


def _give(command: str) -> None:
    print(f"\n$ python -m engine.training {command}", flush=True)
    words = [sys.executable, "-m", "engine.training", *shlex.split(command)]
    subprocess.run(words, check=True, cwd=ROOT)
