"""Requests a second of the HTTP API, in a channel of many messages, beside an aiohttp handler with nothing behind."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from tests.bench.history import FIRST_ID, channel_name, fill, tables_of
from tests.bench.processes import PATIENCE_S, ROOT, child, cpu_s, hub, line, module, playground, said
from tests.bench.report import Figures, median, table
from tests.client import account_for

HISTORY, POST, VOTE, SEARCH = "history page", "post", "vote", "search"
BARE_PAGE, BARE_SMALL = "bare handler, as large as a page", "bare handler, as large as a post"
# Somebody with a browser does one thing at a time; so many do it at once.
CONNECTIONS: Final = 8
LOOK_EVERY_S: Final = 0.5
# What a post answers.
SMALL_BYTES: Final = 700
# Of messages that hold them, one in a thousand; of the last, a single one.
WORDS: Final = ("breed17", "breed71 eggs", '"breakfast breed5"', "breed996", "hen41")

Request = tuple[str, str, Any]

BARE: Final[dict[str, list[Request]]] = {BARE_PAGE: [("GET", "/", None)], BARE_SMALL: [("POST", "/", {"text": "x"})]}


@dataclass(frozen=True)
class Size:
    """Messages in the channel; requests of each kind in a round."""

    messages: int
    rounds: int
    requests: int


FULL: Final = Size(messages=100_000, rounds=3, requests=1_000)
SMALLEST: Final = Size(messages=60, rounds=1, requests=16)


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    name = channel_name(size.messages)
    async with playground() as place:
        async with tables_of(place) as tables:
            await fill(tables, size.messages)
        async with hub(place) as server:
            token = await account_for(server.address, "caller")
            page_bytes = await _page_bytes(server.address, name, token)
            await _until_indexed(server.address, name, token)
            ours = Server(int(server.address.rpartition(":")[2]), server.pid)
            found: dict[str, list[dict[str, float]]] = {}
            for _ in range(size.rounds):
                for kind, requests in _kinds(name, size).items():
                    found.setdefault(kind, []).append(await _measured(ours, requests, size, token))
                for kind, size_bytes in ((BARE_PAGE, page_bytes), (BARE_SMALL, SMALL_BYTES)):
                    async with _bare(size_bytes) as bare:
                        found.setdefault(kind, []).append(await _measured(bare, BARE[kind], size, token))
    return _report(size, found)


def _kinds(name: str, size: Size) -> dict[str, list[Request]]:
    messages = f"/api/channels/{name}/messages"
    newest = FIRST_ID + size.messages - 1
    return {
        HISTORY: [("GET", f"{messages}?limit=50", None)],
        POST: [
            ("POST", messages, {"text": "What do the hens think of it?", "clientId": uuid.uuid4().hex})
            for _ in range(size.requests)
        ],
        VOTE: [("PUT", f"{messages}/{newest - at}/vote", {"value": value}) for value in (1, -1, 0) for at in range(20)],
        SEARCH: [("GET", f"/api/search?text={_quoted(words)}&channel={name}", None) for words in WORDS],
    }


def _quoted(words: str) -> str:
    return words.replace('"', "%22").replace(" ", "%20").replace("*", "%2A")


@asynccontextmanager
async def _bare(size_bytes: int) -> AsyncIterator[Server]:
    async with child(module("tests.bench.bare", str(size_bytes)), {}, ROOT) as process:
        yield Server((await line(process))["port"], process.pid)


async def _page_bytes(address: str, name: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{address}/api/channels/{name}/messages?limit=50") as response,
    ):
        return len(await response.read())


async def _until_indexed(address: str, name: str, token: str) -> None:
    """Returns when the index of the hub holds the whole channel."""
    url = f"{address}/api/search?text=hen41&channel={name}"
    async with (
        asyncio.timeout(PATIENCE_S * 5),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
    ):
        while True:
            async with session.get(url) as response:
                found = await response.json()
            if found["isComplete"]:
                return
            await asyncio.sleep(LOOK_EVERY_S)


async def _measured(server: Server, requests: list[Request], size: Size, token: str) -> dict[str, float]:
    plan = {"port": server.port, "connections": CONNECTIONS, "headers": {"Authorization": f"Bearer {token}"}}
    async with child(module("tests.bench.callers", json.dumps(plan)), {}, ROOT) as callers:
        await line(callers)
        began_s = cpu_s(server.pid)
        figures: dict[str, float] = await said(callers, requests=requests, times=size.requests)
        figures["cpu_ms"] = 1000 * (cpu_s(server.pid) - began_s) / size.requests
    return figures


def _report(size: Size, found: dict[str, list[dict[str, float]]]) -> Figures:
    middle = {
        kind: {figure: median(one[figure] for one in rounds) for figure in rounds[0]} for kind, rounds in found.items()
    }
    columns = ("request", "requests/s", "p50 ms", "p99 ms", "CPU ms each", "of the bare handler's rate")
    rows: list[list[object]] = []
    for kind, figures in middle.items():
        bare = middle[BARE_PAGE if kind in (HISTORY, SEARCH, BARE_PAGE) else BARE_SMALL]
        rows.append([kind, *figures.values(), figures["per_s"] / bare["per_s"]])
    table(f"{CONNECTIONS} connections, {size.messages:,} messages, the median of {size.rounds} rounds", columns, rows)
    return {"requests": middle}
