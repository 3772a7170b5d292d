"""The servers that are measured, each a process of its own, as they run for real."""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from contracts.storage import azurite_connection_string
from hub.limits import SHARES
from infra.azurite import PORTS, azurite_answers, azurite_command
from infra.ports import free_ports
from tests.services import SHARED_MEMORY

ROOT: Final = Path(__file__).parents[2]
ECHO: Final = "EchoBot"
ENGINE_TOKEN: Final = "a token for the engine of a benchmark"
PATIENCE_S: Final = 120.0
LOOK_EVERY_S: Final = 0.1
STOP_S: Final = 15.0
# One line of a child holds all that it measured.
LONGEST_LINE: Final = 1 << 26

# What is measured is how fast it goes, not how soon it is refused.
NO_LIMITS: Final = {f"HUB_LIMIT_{action.upper()}": "off" for action in SHARES} | {
    "HUB_LIMIT_WAITING": "1000000",
    "HUB_LIMIT_CONNECTIONS": "1000000",
}
CLEAN: Final = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "ENGINE_", "AZURE_"))}


@dataclass(frozen=True)
class Playground:
    """An Azurite, and a folder that is the servers' own; `log` holds Azurite's accesses if it was told to keep them."""

    folder: Path
    connection_string: str
    log: Path


@asynccontextmanager
async def playground(keep_log: bool = False) -> AsyncIterator[Playground]:
    """An own Azurite in shared memory."""
    place = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place, prefix="playhouse-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        port = free_ports(PORTS)
        log = folder / "azurite.log"
        (folder / "azurite").mkdir()
        command = azurite_command(folder / "azurite", port)
        if keep_log:
            command.remove("--silent")
        async with child(command, {}, folder, log):
            async with asyncio.timeout(PATIENCE_S):
                while not await azurite_answers(port):  # noqa: ASYNC110  another process sets no event
                    await asyncio.sleep(LOOK_EVERY_S)
            yield Playground(folder, azurite_connection_string(port), log)


@asynccontextmanager
async def child(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path | None = None
) -> AsyncIterator[Process]:
    """A process in a folder without `.env`; its output goes to the log, or its standard output can be read."""
    said = (log or Path(os.devnull)).open("ab")
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**CLEAN, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=said if log else asyncio.subprocess.PIPE,
        stderr=said if log else None,
        limit=LONGEST_LINE,
    )
    said.close()
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def line(process: Process) -> Any:
    """What the process says next, as JSON."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S * 5):
        said = await process.stdout.readline()
    if not said:
        raise RuntimeError(f"a process of the benchmark ended with {await process.wait()}")
    return json.loads(said)


async def said(process: Process, **command: object) -> Any:
    """What the process answers to a command, both a line of JSON."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(command).encode() + b"\n")
    return await line(process)


def cpu_s(pid: int) -> float:
    """The processor time that a process has used, with its threads; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


@dataclass(frozen=True)
class Hub:
    address: str
    pid: int


@asynccontextmanager
async def hub(place: Playground) -> AsyncIterator[Hub]:
    """`python -m hub` on a free port, ready."""
    port = free_ports(1)
    environment = {
        "AZURE_STORAGE_CONNECTION_STRING": place.connection_string,
        "HUB_PORT": str(port),
        "HUB_ENGINE_TOKEN": ENGINE_TOKEN,
        **NO_LIMITS,
        "PLAYHOUSE_DATA": str(place.folder),
    }
    address = f"http://127.0.0.1:{port}"
    async with child(module("hub"), environment, place.folder, place.folder / "hub.log") as process:
        await until_served(f"{address}/health/ready", '"ok"')
        yield Hub(address, process.pid)


@asynccontextmanager
async def engine(place: Playground, address: str, with_doorbell: bool) -> AsyncIterator[None]:
    """`python -m engine` with one bot that echoes; returns when the hub knows that it is awake."""
    bots = place.folder / "bots.toml"
    bots.write_text(f'[[bot]]\nname = "{ECHO}"\nkind = "echo"\n')
    environment = {"AZURE_STORAGE_CONNECTION_STRING": place.connection_string, "ENGINE_BOTS": str(bots)}
    if with_doorbell:
        environment |= {"ENGINE_HUB_URL": address, "ENGINE_TOKEN": ENGINE_TOKEN}
    async with child(module("engine"), environment, place.folder, place.folder / "engine.log"):
        await until_served(f"{address}/api/bots", '"awake":true')
        yield


async def until_served(address: str, wanted: str) -> None:
    """Returns when the address answers well and the answer holds what is wanted."""
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(address) as response:
                    if response.ok and wanted in await response.text():
                        return
            await asyncio.sleep(LOOK_EVERY_S)
