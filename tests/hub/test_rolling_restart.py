"""Hubs are restarted one after the other while people talk: a client sees a reconnect and nothing else."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import socketio
from pydantic import SecretStr

from contracts.message import Message
from hub.settings import Settings
from tests.client import HOME, PATIENCE_S, Client, account_for
from tests.hub.conftest import EngineSide, running_hub
from tests.services import Redis

POSTS = 12
# A hub that stops acknowledges nothing more, and this client hears of no end while it waits.
ACK_S = 2


class Fleet:
    """Two hubs behind one address, as a load balancer shows them: whoever connects gets one that runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: list[tuple[str, AsyncExitStack]] = []

    @property
    def address(self) -> str:
        return self._running[-1][0]

    async def start(self) -> None:
        hub = AsyncExitStack()
        self._running.append((await hub.enter_async_context(running_hub(self._settings)), hub))

    async def stop_oldest(self) -> None:
        _, hub = self._running.pop(0)
        await hub.aclose()

    async def stop(self) -> None:
        while self._running:
            await self.stop_oldest()


class Traveller:
    """A client that connects again when its hub goes, catches up, and sends again what was not acknowledged."""

    def __init__(self, fleet: Fleet, name: str, token: str) -> None:
        self._fleet = fleet
        self._name = name
        self._token = token
        self.messages: dict[int, Message] = {}
        self.client = Client(name, token)
        self.reconnects = -1

    async def connect(self) -> None:
        self.messages |= self.client.messages
        self.client = Client(self._name, self._token)
        await self.client.socket.connect(
            self._fleet.address, auth={"token": self._token}, transports=["websocket"], retry=True
        )
        await self.client.join()
        self.reconnects += 1

    async def say(self, text: str, client_id: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(socketio.exceptions.SocketIOError):
                    if not self.client.socket.connected:
                        await self.connect()
                    post = {"channel": HOME, "text": text, "clientId": client_id}
                    if (await self.client.socket.call("ReceiveMessage", post, timeout=ACK_S))["ok"]:
                        return
                await asyncio.sleep(0.05)


async def test_a_rolling_restart_is_a_reconnect_and_nothing_more(
    redis_server: Redis, connection_string: str, tmp_path: Path, engine: EngineSide
) -> None:
    fleet = Fleet(
        Settings(
            _env_file=None,
            azure_storage_connection_string=SecretStr(connection_string),
            hub_redis_url=SecretStr(redis_server.address),
            playhouse_data=tmp_path,
        )
    )
    await fleet.start()
    await fleet.start()
    people = [Traveller(fleet, name, await account_for(fleet.address, name)) for name in ("alice", "bob")]
    await engine.wake()
    for person in people:
        await person.connect()
        await person.client.until(lambda one: one.is_awake("EchoBot"))
    answering = asyncio.create_task(engine.answer_everything())

    async def talk(person: Traveller, name: str) -> None:
        for number in range(POSTS):
            await person.say(f"@EchoBot {name} {number}", client_id=f"{name}-number-{number}")
            await asyncio.sleep(0.2)

    async def restart_all() -> None:
        for _ in range(2):
            await asyncio.sleep(0.5)
            await fleet.start()
            await fleet.stop_oldest()

    await asyncio.gather(*(talk(*one) for one in zip(people, ("alice", "bob"), strict=True)), restart_all())
    for person in people:
        if not person.client.socket.connected:
            await person.connect()
        await person.client.until(lambda one: len(one.answers()) == 2 * POSTS)
    answering.cancel()
    history = await people[0].client.history(HOME)
    assert sorted(one.text for one in history if not one.is_bot) == sorted(
        f"@EchoBot {name} {number}" for name in ("alice", "bob") for number in range(POSTS)
    )
    assert sorted(one.text for one in history if one.is_bot) == sorted(
        f"{name} {number}" for name in ("alice", "bob") for number in range(POSTS)
    )
    assert sum(person.reconnects for person in people) >= 1
    for person in people:
        await person.client.socket.disconnect()
    await fleet.stop()
