"""What a connection costs in memory: the hub with idle members of one channel, beside aiohttp with bare sockets."""

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.processes import Playground, child, hub, line, module, playground
from tests.bench.report import Figures, table, verdict
from tests.client import HOME, token_for

OURS, PLAIN = "hub", "aiohttp"


@dataclass(frozen=True)
class Size:
    """Connections at which memory is read, rising; `rest_s` of quiet before each reading.

    `first` come and go before the first reading: what a server keeps for good, such as its connections to storage, is
    no cost of a connection.
    """

    first: int
    steps: tuple[int, ...]
    rest_s: float


FULL: Final = Size(first=100, steps=(1_000, 5_000), rest_s=3)
SMALLEST: Final = Size(first=2, steps=(5, 10), rest_s=0)


@dataclass(frozen=True)
class Server:
    """A process to connect to, and what a crowd must know of it."""

    pid: int
    plan: dict[str, Any]


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    async with playground() as place:
        async with _hub(place) as server:
            ours = await _read(server, size, place)
        async with _plain(place) as server:
            plain = await _read(server, size, place)
    return _report(size, {OURS: ours, PLAIN: plain})


@asynccontextmanager
async def _hub(place: Playground) -> AsyncIterator[Server]:
    async with hub(place) as server:
        # One person with many tabs: everybody is told the whole list of names whenever another name arrives.
        token = json.dumps({"token": await token_for(server.address, "crowd")})
        join = json.dumps(["Connect", {"channel": HOME}])
        plan = {
            "ports": [int(server.address.rpartition(":")[2])],
            "path": "/socket.io/?EIO=4&transport=websocket",
            "opening": [("0", f"40{token}"), ("40", f"420{join}")],
            "last_heard": "430",
            "ask": "",
        }
        yield Server(server.pid, plan)


@asynccontextmanager
async def _plain(place: Playground) -> AsyncIterator[Server]:
    async with child(module("tests.bench.broadcasters", "aiohttp"), {}, place.folder) as process:
        port = (await line(process))["port"]
        yield Server(process.pid, {"ports": [port], "path": "/", "opening": [], "last_heard": "", "ask": ""})


async def _read(server: Server, size: Size, place: Playground) -> list[float]:
    """KiB at no connection and at each step."""
    async with _crowd(server.plan | {"members": size.first}, place):
        await asyncio.sleep(size.rest_s)
    async with AsyncExitStack() as crowds:
        await asyncio.sleep(size.rest_s)
        found, connected = [_resident_kib(server.pid)], 0
        for step in size.steps:
            await crowds.enter_async_context(_crowd(server.plan | {"members": step - connected}, place))
            connected = step
            await asyncio.sleep(size.rest_s)
            found.append(_resident_kib(server.pid))
        return found


@asynccontextmanager
async def _crowd(plan: dict[str, Any], place: Playground) -> AsyncIterator[Process]:
    async with child(module("tests.bench.crowd", json.dumps(plan)), {}, place.folder) as crowd:
        await line(crowd)
        yield crowd


def _resident_kib(pid: int) -> float:
    """The resident memory of a process; Linux only."""
    status = Path(f"/proc/{pid}/status").read_text()
    return float(status.partition("VmRSS:")[2].split()[0])


def _report(size: Size, found: dict[str, list[float]]) -> Figures:
    def each_kib(name: str) -> list[float]:
        empty, *full = found[name]
        return [(kib - empty) / step for kib, step in zip(full, size.steps, strict=True)]

    rows = [[name, found[name][0] / 1024, *each_kib(name)] for name in found]
    columns = ("server", "MiB when empty", *(f"KiB each at {step:,}" for step in size.steps))
    table("Resident memory by connections", columns, rows)
    return {
        "empty_mib": {name: kib[0] / 1024 for name, kib in found.items()},
        "each_kib": {name: dict(zip(map(str, size.steps), each_kib(name), strict=True)) for name in found},
        "over_plain": each_kib(OURS)[-1] / each_kib(PLAIN)[-1],
        "target": verdict("KiB a connection of the hub", max(each_kib(OURS)), 35, at_most=True),
    }
