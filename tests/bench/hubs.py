"""One message to a whole channel whose members are with one hub, or with two and Redis between them."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.fanout import OURS, SOCKET_IO
from tests.bench.processes import child, cpu_s, line, module, said
from tests.bench.report import Figures, median, table
from tests.services import Redis

ALONE, OVER_REDIS, TWO = "one hub", "one hub, over Redis", "two hubs, over Redis"
HUBS: Final = {ALONE: 1, OVER_REDIS: 1, TWO: 2}


@dataclass(frozen=True)
class Size:
    """In each round: `burst` messages as fast as a few at once go, then `paced` ones at a rate."""

    rounds: int
    members: int
    burst: int
    paced: int
    every_s: float


FULL: Final = Size(rounds=4, members=1_000, burst=200, paced=50, every_s=0.2)
SMALLEST: Final = Size(rounds=1, members=10, burst=2, paced=2, every_s=0.01)
IN_FLIGHT: Final = 4


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    found: dict[str, list[dict[str, float]]] = {name: [] for name in HUBS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        redis = Redis(folder / "redis")
        redis.start()
        try:
            for at in range(size.rounds):
                names = list(HUBS)
                for which in names[at % 3 :] + names[: at % 3]:
                    found[which].append(await _measured(which, size, folder, redis.address))
        finally:
            redis.stop()
    return _report(size, found)


@asynccontextmanager
async def _hubs(which: str, folder: Path, redis: str) -> AsyncIterator[tuple[list[int], list[int]]]:
    """The ports and the process ids of the hubs."""
    arguments = [] if which == ALONE else [redis]
    async with AsyncExitStack() as stack:
        command = module("tests.bench.broadcasters", OURS, *arguments)
        running = [await stack.enter_async_context(child(command, {}, folder)) for _ in range(HUBS[which])]
        yield [(await line(one))["port"] for one in running], [one.pid for one in running]


async def _measured(which: str, size: Size, folder: Path, redis: str) -> dict[str, float]:
    async with _hubs(which, folder, redis) as (ports, pids):
        plan = {"ports": ports, "members": size.members, **SOCKET_IO}
        async with child(module("tests.bench.crowd", json.dumps(plan)), {}, folder) as crowd:
            await line(crowd)
            await said(crowd, messages=size.paced, in_flight=1, every_s=0)  # to warm up
            began_s = sum(map(cpu_s, pids))
            burst = await said(crowd, messages=size.burst, in_flight=IN_FLIGHT, every_s=0)
            took_s = sum(map(cpu_s, pids)) - began_s
            paced = await said(crowd, messages=size.paced, in_flight=size.paced, every_s=size.every_s)
    return {
        "per_s": burst["per_s"],
        "cpu_us": took_s * 1e6 / burst["deliveries"],
        "p50_ms": paced["p50_ms"],
        "p99_ms": paced["p99_ms"],
    }


def _report(size: Size, found: dict[str, list[dict[str, float]]]) -> Figures:
    middle: dict[str, dict[str, Any]] = {
        name: {figure: median(one[figure] for one in rounds) for figure in rounds[0]} for name, rounds in found.items()
    }
    columns = ("", "deliveries/s", "CPU µs a delivery", "p50 ms", "p99 ms")
    title = f"One message to {size.members:,} members, the median of {size.rounds} rounds"
    table(title, columns, [[name, *figures.values()] for name, figures in middle.items()])
    rates = {name: figures["per_s"] for name, figures in middle.items()}
    return {
        "hubs": middle,
        "two_over_one": f"{rates[TWO] / rates[ALONE]:.2f} of one hub's deliveries a second",
        "redis_over_none": f"{rates[OVER_REDIS] / rates[ALONE]:.2f} of it with Redis alone",
    }
