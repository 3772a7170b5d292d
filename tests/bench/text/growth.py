"""No growth: the memory of a process that writes with the engine's batch, from its first hundred jobs to its last.

Also the process itself: `python -m tests.bench.text.growth <folder> <jobs> <window> <at once>`.
"""

import gc
import json
import random
import sys
from collections.abc import Generator
from statistics import fmean
from typing import Final

import psutil
import torch

from contracts.message import Parameters
from engine.device import choose
from engine.text.writer import Writer
from tests.bench.processes import module
from tests.bench.report import Figures, table, verdict
from tests.bench.text.contest import said_by
from tests.bench.text.model import TINY, model_folder
from tests.bench.text.plan import device

SEED: Final = 3
MIB: Final = 1 << 20
PROMPT_TOKENS: Final = (4, 128)
NEW_TOKENS: Final = (8, 128)
# Of the words of the tiny model; a text meets one of them now and then.
STOPS: Final = frozenset(range(0, TINY.vocabulary, 100))
# This share of them is stopped half way, by those who asked.
STOPPED: Final = 0.1
PARAMETERS: Final = Parameters(temperature=0.8, top_k=40, top_p=0.9, repetition_penalty=1.1)


async def run(smallest: bool) -> Figures:
    jobs, window, at_once = (30, 10, 4) if smallest else (2_000, 100, 16)
    with model_folder(TINY) as folder:
        command = module("tests.bench.text.growth", str(folder), device(), str(jobs), str(window), str(at_once))
        first_mib, last_mib = await said_by(command)
    columns = ("jobs", f"first {window}, MiB", f"last {window}, MiB")
    table(f"Resident memory, after {window} jobs that do not count", columns, [[jobs, first_mib, last_mib]])
    growth = last_mib / first_mib - 1
    return {
        "first_mib": first_mib,
        "last_mib": last_mib,
        "growth": growth,
        "target": verdict("growth", growth, 0.02, at_most=True),
    }


class Crowd:
    """People who ask for texts of all lengths, some of whom do not wait for the end."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._chance = random.Random(SEED)
        self._writing: dict[Generator[list[int], None, None], int] = {}

    def keep(self, at_once: int) -> None:
        """As many as that, if fewer."""
        while len(self._writing) < at_once:
            ids = self._chance.choices(range(TINY.vocabulary), k=self._chance.randint(*PROMPT_TOKENS))
            most = self._chance.randint(*NEW_TOKENS)
            wishes = {"max_new_tokens": most, "seed": self._chance.randrange(2**32)}
            text = self._writer.write(ids, PARAMETERS.model_copy(update=wishes), stops=STOPS)
            self._writing[text] = most // 2 if self._chance.random() < STOPPED else most

    def pull(self) -> int:
        """One step of all; how many have ended with it."""
        self._writer.step()
        ended = [text for text, most in self._writing.items() if self._is_over(text, most)]
        for text in ended:
            del self._writing[text]
        return len(ended)

    def _is_over(self, text: Generator[list[int], None, None], most: int) -> bool:
        written = next(text, None)
        if written is not None and len(written) >= most:
            text.close()
            return True
        return written is None


def main(folder: str, place: str, jobs: int, window: int, at_once: int) -> None:
    """Says the mean of the MiB after each job of the first window and of the last; a window more comes before."""
    torch.set_num_threads(1)
    crowd = Crowd(Writer(folder, choose(place)))
    first, last = list[float](), list[float]()
    done = 0
    while done < window + jobs:
        crowd.keep(at_once)
        ended = crowd.pull()
        readings = first if window <= done < 2 * window else last if done >= jobs else None
        done += ended
        if ended and readings is not None:
            gc.collect()
            readings.append(psutil.Process().memory_info().rss / MIB)
    print(json.dumps([fmean(first), fmean(last)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
