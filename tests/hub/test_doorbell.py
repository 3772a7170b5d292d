"""The doorbell between hub and engine: rings without data, in both directions."""

import asyncio

import socketio

from contracts.names import RING
from tests.hub.conftest import ENGINE_TOKEN, EngineSide, Join, finished

ENGINE = "/engine"


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
