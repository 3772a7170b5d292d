"""A hub that is killed between any two steps loses nothing, doubles nothing, and leaves nothing thinking."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
import socketio

from hub.talk import sweep
from infra.ports import free_ports
from tests.client import Client, client
from tests.hub.conftest import EngineSide, StartHub
from tests.hub.crashing import STEPS

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "AZURE_"))}


@asynccontextmanager
async def dying_hub(step: str, connection_string: str, folder: Path) -> AsyncIterator[tuple[str, asyncio.Task[int]]]:
    """A hub process that will die at a step; gives its address and its end."""
    port = free_ports(1)
    environment = {
        **ENVIRONMENT,
        "AZURE_STORAGE_CONNECTION_STRING": connection_string,
        "HUB_PORT": str(port),
        "PLAYHOUSE_DATA": str(folder),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hub.crashing", step, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    end = asyncio.create_task(process.wait())
    address = f"http://127.0.0.1:{port}"
    try:
        await ready(address)
        yield address, end
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await end


async def ready(address: str) -> None:
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        while True:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{address}/health/ready") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.1)


async def post_once(person: Client) -> None:
    with suppress(socketio.exceptions.SocketIOError, asyncio.TimeoutError):
        await person.post("@EchoBot hello", clientId="one-and-only")


@pytest.mark.parametrize("step", STEPS)
async def test_a_hub_killed_at_a_step(
    step: str,
    connection_string: str,
    tmp_path: Path,
    engine: EngineSide,
    start_hub: StartHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.2)
    monkeypatch.setattr(sweep, "UNQUEUED_AFTER_MS", 1000)
    monkeypatch.setattr("hub.talk.drain.LEASE_S", 2)
    await engine.wake()
    answering = asyncio.create_task(engine.answer_everything())
    async with dying_hub(step, connection_string, tmp_path) as (address, end), client(address, "alice") as alice:
        await alice.join()
        await alice.until(lambda person: person.is_awake("EchoBot"))
        posting = asyncio.create_task(post_once(alice))
        assert await asyncio.wait_for(end, 20) == -9
        token = alice.token
        posting.cancel()
    async with client(await start_hub(), "alice", token) as alice:
        await alice.join()
        await post_once(alice)
        await alice.until(lambda person: len(person.answers()) == 1)
        answering.cancel()
        assert [(one.sender, one.text) for one in await alice.history()] == [
            ("alice", "@EchoBot hello"),
            ("EchoBot", "hello"),
        ]
        assert [one for one in await alice.history() if one.is_thinking] == []
