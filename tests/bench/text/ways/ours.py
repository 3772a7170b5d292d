"""The engine's way: jobs join the running batch and leave it one by one, pulled in turn as a lane does."""

import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

import torch

from contracts.message import Parameters
from engine.device import choose
from engine.text.writer import Writer
from tests.bench.text.plan import REPETITION_PENALTY, TEMPERATURE, THREADS, TOP_K, TOP_P, Ask, Plan, Seen
from tests.bench.text.way import serve

NOTHING_ENDS_IT: Final[frozenset[int]] = frozenset()


@dataclass
class Pulled:
    """One job on its way."""

    job: Ask
    text: Generator[list[int], None, None]
    first_s: float | None = None
    last_s: float = 0.0
    tokens: int = 0

    def pull(self, began_s: float) -> bool:
        """Whether there may be more."""
        written = next(self.text, None)
        now_s = time.perf_counter() - began_s
        if written is None:
            assert self.tokens == self.job.new_tokens
            return False
        self.tokens, self.last_s = len(written), now_s
        if written and self.first_s is None:
            self.first_s = now_s
        return True

    @property
    def seen(self) -> Seen:
        assert self.first_s is not None
        return Seen(self.first_s, self.last_s)


class Ours:
    def __init__(self, plan: Plan) -> None:
        torch.set_num_threads(THREADS)
        self._writer = Writer(plan.folder, choose(plan.device))

    def answer(self, jobs: Sequence[Ask], at_once: int) -> list[Seen]:
        began_s = time.perf_counter()
        everything = [Pulled(job, self._writer.write(job.ids, _wishes(job), stops=NOTHING_ENDS_IT)) for job in jobs]
        waiting, writing = deque(everything), list[Pulled]()
        while waiting or writing:
            while waiting and len(writing) < min(at_once, self._writer.places):
                writing.append(waiting.popleft())
            self._writer.step()
            writing = [each for each in writing if each.pull(began_s)]
        return [each.seen for each in everything]


def _wishes(job: Ask) -> Parameters:
    return Parameters(
        max_new_tokens=job.new_tokens,
        temperature=TEMPERATURE,
        top_k=TOP_K,
        top_p=TOP_P,
        repetition_penalty=REPETITION_PENALTY,
        seed=job.seed,
    )


if __name__ == "__main__":
    serve(Ours)
