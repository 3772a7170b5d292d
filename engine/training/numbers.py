"""Numbers on the command line of the training, within their bounds."""

import argparse
from collections.abc import Callable


def at_least(least: int) -> Callable[[str], int]:
    """For `type=` of argparse, whose sentence it is that the person reads."""

    def whole(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        return value

    whole.__name__ = "whole number"
    return whole
