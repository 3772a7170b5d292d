"""Answers of 8 to 256 tokens, 64 of them, 16 at once: the engine beside batches that run to their longest answer."""

import random
from dataclasses import asdict, dataclass
from typing import Final

from tests.bench.report import Figures, table
from tests.bench.text.contest import Entry, measured
from tests.bench.text.model import GPT2, TINY, Shape, model_folder
from tests.bench.text.plan import Found, Load, Plan, device

SEED: Final = 8
OURS: Final = Entry("the engine", "ours")


@dataclass(frozen=True)
class Size:
    shape: Shape
    prompt_tokens: int
    fewest: int
    most: int
    jobs: int
    at_once: int


FULL: Final = Size(GPT2, prompt_tokens=128, fewest=8, most=256, jobs=64, at_once=16)
SMALLEST: Final = Size(TINY, prompt_tokens=16, fewest=2, most=8, jobs=6, at_once=3)


async def run(smallest: bool) -> Figures:
    size, place = SMALLEST if smallest else FULL, device()
    chance = random.Random(SEED)
    lengths = tuple(chance.randint(size.fewest, size.most) for _ in range(size.jobs))
    found: dict[str, Found] = {}
    with model_folder(size.shape) as folder:
        load = Load(lengths, size.at_once, rounds=1)
        plan = Plan(str(folder), place, size.shape.vocabulary, size.prompt_tokens, (load,))
        for entry in _ways(place):
            [found[entry.title]] = await measured(entry, plan, must_work=True)
    return _report(size, place, found)


def _ways(place: str) -> list[Entry]:
    dtypes = ("float32" if place == "cpu" else "float16", "bfloat16")
    return [*(Entry(f"generate, {dtype}", "batches", dtype) for dtype in dtypes), OURS]


def _report(size: Size, place: str, found: dict[str, Found]) -> Figures:
    columns = ("way", "tokens/s", "first p50 ms", "p95", "last p50 ms", "p95")
    title = f"{size.jobs} jobs of {size.fewest} to {size.most} new tokens, {size.at_once} at once"
    table(title, columns, [[name, *asdict(one).values()] for name, one in found.items()])
    ours = found[OURS.title].tokens_per_s
    best = max(one.tokens_per_s for name, one in found.items() if name != OURS.title)
    print(f"the engine over the better of the batches: {ours / best:.3g}", flush=True)
    return {"device": place, "ways": {name: asdict(one) for name, one in found.items()}, "gain": ours / best}
