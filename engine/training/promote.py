"""`python -m engine.training promote NEW OLD --dataset DATASET`: a new version takes an old one's place."""

import argparse
import shutil
from pathlib import Path
from typing import Final

from engine.training.card import LINES
from engine.training.evaluate import held_out_loss
from engine.training.problems import TrainingError

PREVIOUS: Final = ".previous"
UNFINISHED: Final = ".unfinished"
# In bits a byte; a smaller difference is chance.
NO_WORSE_THAN: Final = 0.001


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "promote",
        help="put a new version in an old one's place, unless it is worse",
        description="Measures both on the held-out threads, in bits a byte, so that they may have different "
        f"tokenizers. What stood at OLD is then OLD{PREVIOUS}; promote it again to go back.",
    )
    parser.add_argument("new", type=Path, metavar="NEW", help="the folder of the new version, which is copied")
    parser.add_argument("old", type=Path, metavar="OLD", help="the folder that bots.toml names")
    parser.add_argument("--dataset", type=Path, required=True, help="whose held-out threads neither has seen")
    parser.add_argument("--force", action="store_true", help="even if it is worse")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Raises TrainingError where the new version is worse and is not forced."""
    new = held_out_loss(arguments.new, arguments.dataset).bits_per_byte
    old = held_out_loss(arguments.old, arguments.dataset).bits_per_byte
    told = f"held out, {arguments.new} needs {new:.4f} bits a byte and {arguments.old} {old:.4f}"
    # Not `>`: a broken model's loss is no number.
    if not new <= old + NO_WORSE_THAN and not arguments.force:
        raise TrainingError(f"Not promoted: {told}. --force does it all the same.")
    replace(arguments.new, arguments.old)
    print(f"Promoted: {told}. The old version is {previous(arguments.old)}; restart the engine to serve the new one.")


def replace(new: Path, old: Path) -> None:
    """The copy is whole before the old folder moves, and what stood there stays beside it."""
    copy = old.with_name(old.name + UNFINISHED)
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(new, copy)
    if (old / LINES).is_file():  # the name and the dialect stay
        shutil.copy(old / LINES, copy / LINES)
    shutil.rmtree(previous(old), ignore_errors=True)  # `new` may have been this one: it is copied
    old.rename(previous(old))
    copy.rename(old)


def previous(folder: Path) -> Path:
    return folder.with_name(folder.name + PREVIOUS)
