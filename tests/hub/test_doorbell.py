"""The doorbell between hub and engine: rings without data, in both directions."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import socketio
from pydantic import SecretStr

from contracts.names import RING
from hub.settings import Settings
from tests.client import PATIENCE_S, client
from tests.hub.conftest import ENGINE_TOKEN, EngineSide, Join, finished, running_hub

ENGINE = "/engine"


async def test_a_hub_that_stops_does_not_wait_for_people_and_engines_to_leave(
    connection_string: str, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        azure_storage_connection_string=SecretStr(connection_string),
        hub_engine_token=SecretStr(ENGINE_TOKEN),
        playhouse_data=tmp_path,
    )
    bell = socketio.AsyncClient(reconnection=False)
    async with AsyncExitStack() as people, asyncio.timeout(PATIENCE_S - 5):
        async with running_hub(settings) as hub:
            alice = await people.enter_async_context(client(hub, "alice"))
            await bell.connect(hub, namespaces=[ENGINE], auth={"token": ENGINE_TOKEN}, transports=["websocket"])
        await alice.socket.wait()
        await bell.wait()


async def test_a_post_rings_at_the_engine_and_a_ring_makes_the_hub_look(
    hub: str, join: Join, engine: EngineSide
) -> None:
    bell = socketio.AsyncClient(reconnection=False)
    rung = asyncio.Event()

    async def ring() -> None:
        rung.set()

    bell.on(RING, ring, namespace=ENGINE)
    await bell.connect(hub, namespaces=[ENGINE], auth={"token": ENGINE_TOKEN}, transports=["websocket"])
    alice = await join(hub)
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    async with asyncio.timeout(10):
        await rung.wait()
    _, job = await engine.next_job()
    await engine.events.send([finished(job)])
    await bell.emit(RING, namespace=ENGINE)
    await alice.until(lambda person: len(person.answers()) == 1)
    await bell.disconnect()
