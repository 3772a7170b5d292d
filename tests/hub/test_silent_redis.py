"""A Redis that takes connections and never answers holds up nobody who is on the same hub."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from pydantic import SecretStr

from tests.hub.conftest import Join, StartHub


@pytest_asyncio.fixture
async def silent_redis() -> AsyncIterator[str]:
    """The address of a server that accepts and says nothing."""
    is_over = asyncio.Event()

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"redis://{host}:{port}"
    is_over.set()
    server.close()
    await server.wait_closed()


async def test_with_a_silent_redis_people_of_one_hub_hear_each_other(
    silent_redis: str, start_hub: StartHub, join: Join
) -> None:
    hub = await start_hub(hub_redis_url=SecretStr(silent_redis))
    alice, bob = await join(hub), await join(hub, "bob")
    posted = [(await alice.post(f"number {number}"))["message"]["commentId"] for number in range(5)]
    await bob.until(lambda person: sorted(person.messages) == posted)
