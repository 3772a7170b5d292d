"""A way of answering, measured: the process of one way runs the plan and tells what it found in one line of JSON."""

import gc
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Final, Protocol

from tests.bench.text.plan import Ask, Found, Load, Plan, Seen, asks, found

WARM_UP_TOKENS: Final = 8


class Way(Protocol):
    def answer(self, jobs: Sequence[Ask], at_once: int) -> list[Seen]:
        """Writes exactly as many tokens as each job asks for; returns when all are done."""
        ...


def serve(open_way: Callable[..., Way]) -> None:
    """The main function of a way's module; `open_way` takes the plan and the way's argument.

    It is not part of what is measured. A way that does not work on this machine says why.
    """
    plan = Plan.read(sys.argv[1])
    try:
        way = open_way(plan, *sys.argv[2:])
        said: object = [asdict(_measured(way, plan, load)) for load in plan.loads]
    except (RuntimeError, ValueError) as error:
        said = {"unable": str(error)}
    print(json.dumps(said), flush=True)


def _measured(way: Way, plan: Plan, load: Load) -> Found:
    chance = random.Random(load.at_once)
    warm_up = replace(load, new_tokens=tuple(WARM_UP_TOKENS for _ in load.new_tokens[: load.at_once]))
    way.answer(asks(plan, warm_up, chance), load.at_once)
    rounds = []
    for _ in range(load.rounds):
        jobs = asks(plan, load, chance)
        gc.collect()
        rounds.append(way.answer(jobs, load.at_once))
    return found(load, rounds)
