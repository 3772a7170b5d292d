"""The command line of the training: `python -m engine.training --help`."""

import argparse
import logging
from collections.abc import Sequence

from engine.training import demo_bots, text
from engine.training.dumps import command as dumps
from engine.training.images import command as images


def main(words: Sequence[str] | None = None) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(prog="python -m engine.training", description="Makes bots.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    dumps.add_parser(subparsers)
    text.add_parser(subparsers)
    images.add_parser(subparsers)
    demo_bots.add_parser(subparsers)
    arguments = parser.parse_args(words)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
