"""The doorbell against a real Socket.IO server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web
from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as RefusedError

from contracts.names import ENGINE_NAMESPACE, RING
from contracts.pace import Pace
from engine.doorbell import Doorbell
from infra.ports import LOOPBACK, free_ports
from tests.engine.conftest import running_engine
from tests.engine.desk import Desk, job

TOKEN = "a token for engines"


class Porch:
    """The hub's side; may be taken away and put back."""

    def __init__(self) -> None:
        self._port = free_ports(1)
        self.url = f"http://{LOOPBACK}:{self._port}"
        self.arrivals = 0
        self.refusals = 0
        self.rings = asyncio.Event()
        self.server = AsyncServer(async_mode="aiohttp", transports=["websocket"])
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        self.server = AsyncServer(async_mode="aiohttp", transports=["websocket"])
        self.server.on("connect", self._arrived, namespace=ENGINE_NAMESPACE)
        self.server.on(RING, self._rung, namespace=ENGINE_NAMESPACE)
        app = web.Application()
        self.server.attach(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, self._port).start()

    async def close(self) -> None:
        if self._runner is not None:
            await self.server.shutdown()
            await self._runner.cleanup()

    async def _arrived(self, _sid: str, _environ: dict[str, Any], auth: Any = None) -> None:
        if auth != {"token": TOKEN}:
            self.refusals += 1
            raise RefusedError("no")
        self.arrivals += 1

    async def _rung(self, _sid: str) -> None:
        self.rings.set()


@pytest_asyncio.fixture
async def porch() -> AsyncIterator[Porch]:
    opened = Porch()
    await opened.open()
    yield opened
    await opened.close()


class CountedPace(Pace):
    """Counts the rings that arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.rings = 0

    def ring(self) -> None:
        super().ring()
        self.rings += 1

    def rang_more_than(self, times: int) -> bool:
        return self.rings > times


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  any condition
            await asyncio.sleep(0.01)


async def test_rings_pass_in_both_directions_also_after_the_hub_was_away(porch: Porch) -> None:
    pace = CountedPace()
    doorbell = Doorbell(porch.url, TOKEN, pace)
    listening = asyncio.create_task(doorbell.listen())
    for visit in (1, 2):
        await until(lambda: pace.has_doorbell)
        assert porch.arrivals == visit
        heard = pace.rings
        await porch.server.emit(RING, namespace=ENGINE_NAMESPACE)
        await until(partial(pace.rang_more_than, heard))
        porch.rings.clear()
        await doorbell.ring()
        await porch.rings.wait()
        if visit == 1:
            await porch.close()
            await until(lambda: not pace.has_doorbell)
            await doorbell.ring()
            await porch.open()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert not pace.has_doorbell


async def test_a_refused_engine_keeps_polling_quickly_and_tries_again(porch: Porch) -> None:
    pace = Pace()
    listening = asyncio.create_task(Doorbell(porch.url, "another token", pace).listen())
    await until(lambda: porch.refusals > 1)
    assert not pace.has_doorbell
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_an_engine_rings_after_it_put_an_event_on_the_queue(
    porch: Porch, desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("EchoBot")
    async with running_engine(connection_string, bots_file, hub_url=porch.url, token=TOKEN):
        await until(lambda: porch.arrivals)
        porch.rings.clear()
        await desk.input.send([asked])
        await porch.server.emit(RING, namespace=ENGINE_NAMESPACE)
        await desk.until("ended", asked)
        await porch.rings.wait()
