"""`python -m engine.training demo-bots`: makes the three demo bots of this repository again."""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

BOTS: Final = Path(__file__).parents[1] / "bots"
COMMANDS: Final = (
    ("text", str(BOTS / "CoopBot"), "--corpus", "coop"),
    ("text", str(BOTS / "PabloBot"), "--corpus", "pablo"),
    ("images", "train", str(BOTS / "ImageBot")),
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("demo-bots", help="CoopBot, PabloBot and ImageBot: about an hour on two CPU cores")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Each bot in a process of its own, so that none inherits the memory or the random state of another."""
    for command in COMMANDS:
        subprocess.run([sys.executable, "-m", "engine.training", *command], check=True)
