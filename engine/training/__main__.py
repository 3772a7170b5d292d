"""The command line of the training: `python -m engine.training --help`."""

import argparse
import logging
import shlex
import sys
from collections.abc import Sequence

import transformers

from engine.training import demo_bots, evaluate, finetune, new_base, promote, sample_dump, talk
from engine.training.dataset import DatasetError
from engine.training.dumps import command as dumps
from engine.training.images import command as images
from engine.training.problems import TrainingError

FAILED = 1
INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 after a sentence on what went wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=[_AboveTheBar()])
    _hush()
    parser = argparse.ArgumentParser(
        prog="python -m engine.training",
        description="Makes bots: make-dataset, then finetune, then evaluate, try and promote.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (dumps, finetune, evaluate, talk, promote, new_base, sample_dump, images, demo_bots):
        command.add_parser(subparsers)
    words = sys.argv[1:] if words is None else words
    arguments = parser.parse_args(words)
    arguments.command = shlex.join(["python", "-m", "engine.training", *words])
    try:
        arguments.run(arguments)
    except (TrainingError, DatasetError) as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on from where it was, if it can.", file=sys.stderr)
        return INTERRUPTED
    return 0


class _AboveTheBar(logging.Handler):
    """A bar of progress puts itself in place of sys.stderr while it stands, so that is looked up for each line."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr)


def _hush() -> None:
    """What libraries say of themselves would drown what we say."""
    transformers.utils.logging.disable_progress_bar()
    for name in ("matplotlib", "simpletransformers"):
        logging.getLogger(name).setLevel(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
