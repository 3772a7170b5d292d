"""What a way is asked to do, and what it tells of it; both go between processes as JSON."""

import json
import os
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import torch

from tests.bench.report import percentile

# The same for every way that knows them.
TEMPERATURE: Final = 0.8
TOP_K: Final = 40
TOP_P: Final = 0.9
REPETITION_PENALTY: Final = 1.1

# The processor's cores that are ours.
THREADS: Final = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device() -> str:
    """`BENCH_DEVICE`, else a graphics card where there is one."""
    return os.environ.get("BENCH_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Load:
    """Jobs that come all at once, each with its number of new tokens; `at_once` of them are worked on together.

    `rounds`: how often, one after the other.
    """

    new_tokens: tuple[int, ...]
    at_once: int
    rounds: int


@dataclass(frozen=True)
class Plan:
    """`folder` holds the model; prompts are random, and differ in all jobs."""

    folder: str
    device: str
    vocabulary: int
    prompt_tokens: int
    loads: tuple[Load, ...]

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> "Plan":
        read = json.loads(text)
        loads = tuple(Load(tuple(each["new_tokens"]), each["at_once"], each["rounds"]) for each in read["loads"])
        return Plan(**{**read, "loads": loads})


@dataclass(frozen=True)
class Ask:
    """One job. Nothing but its number of new tokens ends it."""

    ids: list[int]
    new_tokens: int
    seed: int


def asks(plan: Plan, load: Load, chance: random.Random) -> list[Ask]:
    return [
        Ask(chance.choices(range(plan.vocabulary), k=plan.prompt_tokens), new_tokens, chance.randrange(2**32))
        for new_tokens in load.new_tokens
    ]


@dataclass(frozen=True)
class Seen:
    """When the one who asked could see the first token and the last, in seconds after all jobs had come."""

    first_s: float
    last_s: float


@dataclass(frozen=True)
class Found:
    """Of one way under one load."""

    tokens_per_s: float
    first_p50_ms: float
    first_p95_ms: float
    last_p50_ms: float
    last_p95_ms: float


def found(load: Load, rounds: Sequence[Sequence[Seen]]) -> Found:
    seen = [each for one in rounds for each in one]
    took_s = sum(max(each.last_s for each in one) for one in rounds)
    firsts_ms = [each.first_s * 1000 for each in seen]
    lasts_ms = [each.last_s * 1000 for each in seen]
    return Found(
        sum(load.new_tokens) * len(rounds) / took_s,
        percentile(firsts_ms, 0.5),
        percentile(firsts_ms, 0.95),
        percentile(lasts_ms, 0.5),
        percentile(lasts_ms, 0.95),
    )
