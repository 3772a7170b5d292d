"""From sending a message to its answer on a second client's screen: this pipeline and the loops that it replaces."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.bench.people import Plan
from tests.bench.processes import Playground, child, engine, hub, line, module, playground
from tests.bench.report import Figures, median, percentile, table, verdict
from tests.bench.storage_path import alone

ORIGINAL, DOORBELL, QUEUES = "the original's loops", "doorbell", "queues alone"
VARIANTS: Final = (ORIGINAL, DOORBELL, QUEUES)


@dataclass(frozen=True)
class Size:
    """`posts` of one person in each round; `crowd` people post `crowd_posts` each.

    `starts`: the original's two loops sleep equally long and so keep their distance for minutes; at each start the
    engine's begins a little later after the hub's, so that the posts meet every distance.
    """

    rounds: int
    posts: int
    starts: int
    gap_s: float
    crowd: int
    crowd_posts: int
    crowd_gap_s: float
    walks: int
    warm_ups: int


# A crowd of 50 who each post every 7.5 s, about 7 messages a second: two cores also carry the 51 clients, who hear
# three broadcasts of each message.
FULL: Final = Size(
    rounds=2, posts=40, starts=10, gap_s=1.0, crowd=50, crowd_posts=4, crowd_gap_s=7.5, walks=60, warm_ups=2
)
SMALLEST: Final = Size(
    rounds=1, posts=2, starts=1, gap_s=0.1, crowd=2, crowd_posts=1, crowd_gap_s=0.1, walks=2, warm_ups=0
)


@dataclass
class Waits:
    """Of one variant: milliseconds of what was answered, and how much was sent."""

    waits_ms: list[float]
    sent: int

    def add(self, measured: dict[str, Any]) -> None:
        self.waits_ms += measured["waits_ms"]
        self.sent += measured["sent"]

    def row(self) -> list[object]:
        answered = f"{100 * len(self.waits_ms) / self.sent:.0f} %"
        return [median(self.waits_ms), percentile(self.waits_ms, 0.99), self.sent, answered]


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    idle = {name: Waits([], 0) for name in VARIANTS}
    crowd = {name: Waits([], 0) for name in VARIANTS}
    calls: list[dict[str, float]] = []
    async with playground() as place:
        for at in range(size.rounds):
            calls.append(await alone(place.connection_string, size.walks))
            for name in VARIANTS[at % 3 :] + VARIANTS[: at % 3]:
                for late_s in _distances_s(name, size):
                    idle[name].add(await _measured(name, place, late_s, size, is_crowd=False))
                crowd[name].add(await _measured(name, place, 0, size, is_crowd=True))
    sums_ms = {name: median(one[name] for one in calls) for name in calls[0]}
    return _report(size, idle, crowd, sums_ms)


def _distances_s(name: str, size: Size) -> list[float]:
    return [start / size.starts for start in range(size.starts)] if name == ORIGINAL else [0]


async def _measured(name: str, place: Playground, late_s: float, size: Size, is_crowd: bool) -> dict[str, Any]:
    async with _serving(name, place, late_s) as address:
        with_accounts = name != ORIGINAL
        plan = Plan(address, with_accounts, size.crowd, size.crowd_posts, size.crowd_gap_s, size.warm_ups)
        if not is_crowd:
            posts = size.posts // len(_distances_s(name, size))
            plan = Plan(address, with_accounts, 1, posts, size.gap_s, size.warm_ups)
        async with child(module("tests.bench.people", json.dumps(asdict(plan))), {}, place.folder) as people:
            measured: dict[str, Any] = await line(people)
        return measured


@asynccontextmanager
async def _serving(name: str, place: Playground, late_s: float) -> AsyncIterator[str]:
    if name == ORIGINAL:
        async with _original(place, late_s) as address:
            yield address
        return
    async with hub(place) as server, engine(place, server.address, with_doorbell=name == DOORBELL):
        yield server.address


@asynccontextmanager
async def _original(place: Playground, late_s: float) -> AsyncIterator[str]:
    environment = {"AZURE_STORAGE_CONNECTION_STRING": place.connection_string}
    command = module("tests.bench.original")
    async with (
        child([*command, "hub"], environment, place.folder) as server,
        child([*command, "engine", str(late_s)], environment, place.folder) as worker,
    ):
        port = (await line(server))["port"]
        await line(worker)
        yield f"http://127.0.0.1:{port}"


def _report(size: Size, idle: dict[str, Waits], crowd: dict[str, Waits], calls_ms: dict[str, float]) -> Figures:
    columns = ("ms from sending to the answer", "p50", "p99", "sent", "answered")
    table(f"One message at a time, pauses of {size.gap_s:g} s on average", columns, _rows(idle))
    table(f"{size.crowd} people, each every {size.crowd_gap_s:g} s on average", columns, _rows(crowd))
    path_ms = sum(calls_ms.values())
    table("The storage calls on the path, alone", ("call", "ms"), [*calls_ms.items(), ("sum", path_ms)])
    p50 = {name: median(waits.waits_ms) for name, waits in idle.items()}
    crowd_p50 = {name: median(waits.waits_ms) for name, waits in crowd.items()}
    return {
        "idle_p50_ms": p50,
        "idle_p99_ms": {name: percentile(waits.waits_ms, 0.99) for name, waits in idle.items()},
        "crowd_p50_ms": crowd_p50,
        "crowd_p99_ms": {name: percentile(waits.waits_ms, 0.99) for name, waits in crowd.items()},
        "storage_calls_ms": calls_ms,
        "doorbell": verdict("idle, original over doorbell", p50[ORIGINAL] / p50[DOORBELL], 30),
        "queues": verdict("idle, original over queues alone", p50[ORIGINAL] / p50[QUEUES], 12),
        "crowd_doorbell": verdict("crowd, original over doorbell", crowd_p50[ORIGINAL] / crowd_p50[DOORBELL], 30),
        "crowd_queues": verdict("crowd, original over queues alone", crowd_p50[ORIGINAL] / crowd_p50[QUEUES], 12),
        "path": verdict("idle, doorbell over its storage calls", p50[DOORBELL] / path_ms, 3, at_most=True),
    }


def _rows(waits: dict[str, Waits]) -> list[list[object]]:
    return [[name, *one.row()] for name, one in waits.items()]
