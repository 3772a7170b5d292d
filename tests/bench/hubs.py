"""One message to a whole channel whose members are with one hub, or with two and Redis between them."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.fanout import FULL, OURS, SMALLEST, SOCKET_IO, Size, broadcast_figures, broadcast_table
from tests.bench.processes import child, line, module
from tests.bench.report import Figures
from tests.services import Redis

ALONE, OVER_REDIS, TWO = "one hub", "one hub, over Redis", "two hubs, over Redis"
HUBS: Final = {ALONE: 1, OVER_REDIS: 1, TWO: 2}


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
        return await broadcast_figures(pids, ports, SOCKET_IO, size, folder)


def _report(size: Size, found: dict[str, list[dict[str, float]]]) -> Figures:
    middle = broadcast_table(size, found)
    rates = {name: figures["per_s"] for name, figures in middle.items()}
    return {
        "hubs": middle,
        "two_over_one": f"{rates[TWO] / rates[ALONE]:.2f} of one hub's deliveries a second",
        "redis_over_none": f"{rates[OVER_REDIS] / rates[ALONE]:.2f} of it with Redis alone",
    }
