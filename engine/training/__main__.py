"""The command line of the training: `python -m engine.training --help`."""

import argparse
import importlib
import logging
import shlex
import sys
from collections.abc import Sequence
from typing import Final

from engine.training.problems import TrainingError

# Each module has `add_parser`. Only the one that is asked for is loaded: most bring torch along, which takes seconds.
COMMANDS: Final = {
    "make-dataset": "dumps.command",
    "finetune": "finetune",
    "evaluate": "evaluate",
    "try": "talk",
    "promote": "promote",
    "new-base": "new_base",
    "sample-dump": "sample_dump",
    "images": "images.command",
    "demo-bots": "demo_bots",
}
RESUMABLE: Final = ("make-dataset", "finetune", "demo-bots")
FAILED: Final = 1
INTERRUPTED: Final = 130


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 after a sentence on what went wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[_AboveTheBar()])
    for name in ("matplotlib", "simpletransformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
    words = sys.argv[1:] if words is None else words
    try:
        run(words)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        goes_on = " The same command goes on from here." if words and words[0] in RESUMABLE else ""
        print(f"Interrupted.{goes_on}", file=sys.stderr)
        return INTERRUPTED
    return 0


def run(words: Sequence[str]) -> None:
    """Raises TrainingError, and SystemExit where the words are no command."""
    arguments = _parser(words).parse_args(words)
    arguments.command = shlex.join(["python", "-m", "engine.training", *words])
    arguments.run(arguments)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine.training",
        description="Makes bots: make-dataset, then finetune, then evaluate, try and promote.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    asked = [words[0]] if words and words[0] in COMMANDS else list(COMMANDS)
    for name in asked:
        importlib.import_module(f"engine.training.{COMMANDS[name]}").add_parser(subparsers)
    return parser


class _AboveTheBar(logging.Handler):
    """A bar of progress puts itself in place of sys.stderr while it stands, so that is looked up for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")


if __name__ == "__main__":
    sys.exit(main())
