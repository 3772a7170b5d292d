"""Azurite, hub and engine as `python3 run.py` starts them, on free ports; each can be stopped and started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import aiohttp

from infra.azurite import PORTS
from infra.local import LocalSettings, services
from infra.ports import free_ports
from infra.service import Service, kept_running

Part = Literal["azurite", "hub", "engine"]

# The first start of an engine on a cold machine reads gigabytes of libraries.
READY_WITHIN_S: Final = 180.0
LOOK_EVERY_S: Final = 0.1


class Playhouse:
    """A running house. `address` is where a browser finds it."""

    def __init__(self, address: str, parts: dict[str, Service]) -> None:
        self.address: Final = address
        self.output: Final[list[str]] = []
        self._parts = parts
        self._running: dict[str, AsyncExitStack] = {}

    async def start(self, part: Part) -> None:
        """Returns when it is ready."""
        service = self._parts[part]
        stack = self._running[part] = AsyncExitStack()
        await stack.enter_async_context(kept_running(service, self._say))
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await _until_ready(service)
        except TimeoutError as error:
            raise AssertionError(f"{part} did not become ready:\n" + "\n".join(self.output[-40:])) from error

    async def stop(self, part: Part) -> None:
        """Returns when it is gone."""
        await self._running.pop(part).aclose()

    async def stop_all(self) -> None:
        """Last started, first stopped."""
        for stack in reversed(self._running.values()):
            await stack.aclose()

    def _say(self, name: str, text: str) -> None:
        self.output.append(f"{name}: {text}")


async def _until_ready(service: Service) -> None:
    while True:
        if await service.is_ready():
            return
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def playhouse(data: Path, **engine_settings: str) -> AsyncIterator[Playhouse]:
    """A house of its own, all three awake."""
    first = free_ports(PORTS + 1)
    settings = LocalSettings(
        _env_file=None, hub_host="127.0.0.1", azurite_port=first, hub_port=first + PORTS, playhouse_data=data
    )
    async with aiohttp.ClientSession() as http:
        azurite, hub, engine = services(settings, http)
        # A test writes a long thread faster than people may.
        hub = replace(hub, environment={**hub.environment, "HUB_LIMIT_POSTS": "off"})
        engine = replace(engine, environment={**engine.environment, **engine_settings})
        house = Playhouse(settings.address, {"azurite": azurite, "hub": hub, "engine": engine})
        try:
            await house.start("azurite")
            await house.start("hub")
            await house.start("engine")
            yield house
        finally:
            await house.stop_all()
