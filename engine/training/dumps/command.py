"""`python -m engine.training make-dataset FILE… --subreddit NAME --into FOLDER`: from Reddit dumps to a dataset."""

import argparse
import functools
import re
import sqlite3
from pathlib import Path
from typing import Final, get_args

from rich.console import Console

from engine.dialects import Dialect
from engine.training.dumps.judges import Judges
from engine.training.dumps.making import Plan, make
from engine.training.dumps.preferences import check_preferences
from engine.training.dumps.probe import check_dumps
from engine.training.dumps.progress import shown
from engine.training.dumps.reading import Request, read
from engine.training.dumps.rules import add_options, chosen_rules
from engine.training.dumps.work_file import NAME, WorkFile
from engine.training.problems import TrainingError

_SUBREDDIT: Final = re.compile(r"[A-Za-z0-9_-]{1,50}")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "make-dataset",
        help="threads to learn from, out of Reddit dumps",
        description="Reads dumps in Pushshift's form, posts and comments in any order, into a dataset. Stopped in "
        "the middle, the same command goes on from there. With other rules, nothing is read again.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="RS_*, RC_*, NAME_comments, a hub's export")
    parser.add_argument("--subreddit", type=_subreddit, action="append", required=True, help="may be repeated")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where the dataset is written")
    parser.add_argument("--dialect", choices=get_args(Dialect), default="closed", help="default: closed")
    parser.add_argument("--held-out", type=_share, default=0.05, help="share of posts to test on (default: 0.05)")
    parser.add_argument("--seed", type=int, default=7, help="of the split and the samples (default: 7)")
    parser.add_argument("--preferences", type=Path, metavar="FILE", help="preferences.ndjson of a hub's export")
    add_options(parser)
    parser.set_defaults(run=functools.partial(run, parser=parser))


def run(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    rules = chosen_rules(arguments, parser)
    subreddits = list(dict.fromkeys(arguments.subreddit))
    plan = Plan(
        subreddits=subreddits,
        dialect=arguments.dialect,
        held_out=arguments.held_out,
        seed=arguments.seed,
        rules=rules,
        preferences=arguments.preferences,
        command=arguments.command,
    )
    try:
        _make(plan, arguments.files, arguments.into)
    except sqlite3.Error as error:
        raise TrainingError(f"{arguments.into / NAME}: {error}.") from error
    except OSError as error:
        raise TrainingError(f"{error.filename or arguments.into}: {error.strerror}.") from error


def _make(plan: Plan, files: list[Path], folder: Path) -> None:
    check_dumps(files)
    if plan.preferences:
        check_preferences(plan.preferences)
    judges = Judges.of(plan.rules, plan.dialect)
    folder.mkdir(parents=True, exist_ok=True)
    with WorkFile(folder) as work:
        with shown(files) as watch:
            read(Request(files, plan.subreddits), work, watch)
        with Console(stderr=True).status("choosing threads"):
            report = make(plan, judges, work, folder)
    print(report.text())


def _subreddit(text: str) -> str:
    name = text.removeprefix("/").removeprefix("r/")
    if not _SUBREDDIT.fullmatch(name):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a subreddit")
    return name


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return share
