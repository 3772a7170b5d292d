"""One message to a whole channel: the hub's broadcast beside aiohttp alone, Node's Socket.IO and python-socketio."""

import json
import os
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.azurite import node
from tests.bench.broadcasters import MESSAGE
from tests.bench.processes import ROOT, child, cpu_s, line, module, said
from tests.bench.report import Figures, median, table, verdict

NODE_FOLDER: Final = ROOT / "tests" / "bench" / "node"
OURS, PLAIN, NODE, STOCK = "hub", "aiohttp", "node", "python-socketio"
SERVERS: Final = (OURS, PLAIN, NODE, STOCK)
SOCKET_IO: Final = {
    "path": "/socket.io/?EIO=4&transport=websocket",
    "opening": [("0", "40")],
    "last_heard": "40",
    "ask": '42["ask"]',
}
BARE: Final = {"path": "/", "opening": [], "last_heard": "", "ask": "ask"}


@dataclass(frozen=True)
class Size:
    """In each round and of each server: `burst` messages as fast as four at once go, then `paced` ones at a rate."""

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
    if not (NODE_FOLDER / "node_modules").exists():
        await _install()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in SERVERS}
    with tempfile.TemporaryDirectory() as folder:
        for at in range(size.rounds):
            for name in SERVERS[at % 4 :] + SERVERS[: at % 4]:
                found[name].append(await _measured(name, size, Path(folder)))
    return _report(size, found)


async def _install() -> None:
    npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node()), str(npm), "ci", "--no-audit", "--no-fund"]
    async with child(command, {}, NODE_FOLDER, Path(os.devnull)) as process:
        if await process.wait() != 0:
            raise RuntimeError(f"npm ci failed in {NODE_FOLDER}")


@asynccontextmanager
async def _server(name: str, folder: Path) -> AsyncIterator[Process]:
    command = module("tests.bench.broadcasters", name)
    if name == NODE:
        command = [str(node()), str(NODE_FOLDER / "server.js"), json.dumps(MESSAGE)]
    async with child(command, {}, folder) as process:
        yield process


async def _measured(name: str, size: Size, folder: Path) -> dict[str, float]:
    async with _server(name, folder) as server:
        port = (await line(server))["port"]
        return await broadcast_figures([server.pid], [port], BARE if name == PLAIN else SOCKET_IO, size, folder)


async def broadcast_figures(
    pids: Sequence[int], ports: Sequence[int], protocol: dict[str, Any], size: Size, folder: Path
) -> dict[str, float]:
    """How servers tell the members that are shared out among them."""
    plan = {"ports": ports, "members": size.members, **protocol}
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


def broadcast_table(size: Size, found: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Prints the median of the rounds, and returns it."""
    middle = {
        name: {figure: median(one[figure] for one in rounds) for figure in rounds[0]} for name, rounds in found.items()
    }
    columns = ("server", "deliveries/s", "CPU µs a delivery", "p50 ms", "p99 ms")
    title = f"One message to {size.members:,} members, the median of {size.rounds} rounds"
    table(title, columns, [[name, *figures.values()] for name, figures in middle.items()])
    return middle


def _report(size: Size, found: dict[str, list[dict[str, float]]]) -> Figures:
    middle = broadcast_table(size, found)
    rates = {name: figures["per_s"] for name, figures in middle.items()}
    return {
        "servers": middle,
        "plain": verdict("deliveries a second, hub over aiohttp alone", rates[OURS] / rates[PLAIN], 0.8),
        "node": verdict("deliveries a second, hub over Node's Socket.IO", rates[OURS] / rates[NODE], 1),
        "node_cpu": verdict("CPU a delivery, hub over Node's Socket.IO", _over_node(middle, "cpu_us"), 1, at_most=True),
        "node_p99": verdict("p99, hub over Node's Socket.IO", _over_node(middle, "p99_ms"), 1, at_most=True),
        "stock": f"{rates[OURS] / rates[STOCK]:.1f} times python-socketio as it comes",
    }


def _over_node(servers: dict[str, dict[str, float]], figure: str) -> float:
    # Too few messages for the clock of the processor's time leave a zero.
    return servers[OURS][figure] / (servers[NODE][figure] or 1)
