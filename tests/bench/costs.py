"""What storage is asked for one message with one answer, and in an idle hour; and what Azure charges for that."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from tests.bench.access_log import PRICES, counted, usd
from tests.bench.people import Plan
from tests.bench.processes import Hub, Playground, child, cpu_s, engine, hub, line, module, playground
from tests.bench.report import Figures, table

DOORBELL, QUEUES = "doorbell", "queues alone"
CPU_MS: Final = "hub's CPU ms"
MEASURED: Final = (*PRICES, CPU_MS)
HOURS_A_MONTH: Final = 730
WARM_UPS: Final = 2


@dataclass(frozen=True)
class Size:
    """`quiet_s` until polling has slowed down, `idle_s` of counting, then `posts` of one person and of a crowd."""

    quiet_s: float
    idle_s: float
    posts: int
    gap_s: float
    crowd: int
    crowd_posts: int
    crowd_gap_s: float


FULL: Final = Size(quiet_s=25, idle_s=60, posts=30, gap_s=1, crowd=50, crowd_posts=3, crowd_gap_s=5)
SMALLEST: Final = Size(quiet_s=0, idle_s=0.5, posts=1, gap_s=0.1, crowd=2, crowd_posts=1, crowd_gap_s=0.1)


@dataclass(frozen=True)
class Found:
    """Requests by kind, and the hub's milliseconds: in an hour without messages, and for a message with its answer."""

    idle_hour: Counter[str]
    alone: dict[str, float]
    in_crowd: dict[str, float]


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    async with playground(keep_log=True) as place:
        found = {name: await _found(place, size, with_doorbell=name == DOORBELL) for name in (DOORBELL, QUEUES)}
    return _report(found)


async def _found(place: Playground, size: Size, with_doorbell: bool) -> Found:
    async with hub(place) as server, engine(place, server.address, with_doorbell):
        await asyncio.sleep(size.quiet_s)
        idle = await _during(place, server, asyncio.sleep(size.idle_s))
        idle_hour = _scaled(idle, 3600 / size.idle_s)
        alone = Plan(server.address, True, 1, size.posts, size.gap_s, WARM_UPS)
        crowd = Plan(server.address, True, size.crowd, size.crowd_posts, size.crowd_gap_s, WARM_UPS)
        return Found(
            idle_hour, await _each(place, server, alone, idle_hour), await _each(place, server, crowd, idle_hour)
        )


async def _during(place: Playground, server: Hub, work: Awaitable[object]) -> Counter[str]:
    """What storage was asked, and how long the hub computed."""
    since, began_s = place.log.stat().st_size, cpu_s(server.pid)
    await work
    return counted(place.log, since) + Counter({CPU_MS: round(1000 * (cpu_s(server.pid) - began_s))})


def _scaled(requests: Counter[str], factor: float) -> Counter[str]:
    return Counter({kind: round(number * factor) for kind, number in requests.items()})


async def _each(place: Playground, server: Hub, plan: Plan, idle_hour: Counter[str]) -> dict[str, float]:
    """Requests for a message, without those of an idle hub and engine; those of people who arrive are among them."""
    began = time.monotonic()
    people = child(module("tests.bench.people", json.dumps(asdict(plan))), {}, place.folder)

    async def post() -> None:
        async with people as process:
            await line(process)

    requests = await _during(place, server, post())
    hours = (time.monotonic() - began) / 3600
    messages = plan.people * plan.posts + WARM_UPS
    return {kind: max(0.0, (requests[kind] - idle_hour[kind] * hours) / messages) for kind in MEASURED}


def _report(found: dict[str, Found]) -> Figures:
    columns = ("requests", *MEASURED, "USD")
    rows: list[list[object]] = []
    for name, one in found.items():
        rows.append([f"{name}: idle, an hour (USD: a month)", *_cells(one.idle_hour, HOURS_A_MONTH)])
        rows.append([f"{name}: a message alone (USD: a million)", *_cells(one.alone, 1e6)])
        rows.append([f"{name}: a message in a crowd (USD: a million)", *_cells(one.in_crowd, 1e6)])
    table("What storage is asked, and what Azure charges", columns, rows)
    return {
        name: {
            "idle_hour": dict(one.idle_hour),
            "a_message_alone": one.alone,
            "a_message_in_a_crowd": one.in_crowd,
            "idle_month_usd": usd(one.idle_hour) * HOURS_A_MONTH,
            "million_alone_usd": usd(one.alone) * 1e6,
            "million_in_crowd_usd": usd(one.in_crowd) * 1e6,
        }
        for name, one in found.items()
    }


def _cells(requests: Mapping[str, float], times: float) -> list[object]:
    return [*(float(requests.get(kind, 0)) for kind in MEASURED), usd(requests) * times]
