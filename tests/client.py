"""A person at a client: a real Socket.IO connection, and a page that folds what it hears."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import socketio

from contracts.calls import PAGE_SIZE
from contracts.message import Message

HOME = "CoopAndPabloPlayHouse"
PATIENCE_S = 30.0


async def token_for(address: str, name: str) -> str:
    """The access token of a new guest."""
    url = f"{address}/api/guests"
    async with aiohttp.ClientSession() as session, session.post(url, json={"name": name}) as response:
        body = await response.json()
        assert response.status == 201, body
        return str(body["accessToken"])


async def account_for(address: str, name: str) -> str:
    """The access token of a new account."""
    form = {"name": name, "password": "correct horse"}
    async with aiohttp.ClientSession() as session, session.post(f"{address}/api/accounts", json=form) as response:
        body = await response.json()
        assert response.status == 201, body
        return str(body["accessToken"])


class Client:
    """One connection. `messages` is what a page would hold."""

    def __init__(self, name: str, token: str) -> None:
        self.name = name
        self.token = token
        self.messages: dict[int, Message] = {}
        self.heard: list[Message] = []
        self.others: list[tuple[str, Any]] = []
        self._news = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("SendMessage", self._message)
        for event in ("Presence", "BotStatus", "Typing", "ChannelChanged", "ChannelGone", "Mentioned"):
            self.socket.on(event, self._other(event))

    async def call(self, name: str, /, **payload: Any) -> dict[str, Any]:
        """Send a call as it is, and give its acknowledgement."""
        answer: dict[str, Any] = await self.socket.call(name, payload, timeout=PATIENCE_S)
        return answer

    async def join(self, channel: str = HOME) -> dict[str, Any]:
        answer = await self.call("Connect", channel=channel)
        assert answer["ok"], answer
        self.others.append(("BotStatus", {"bots": answer["bots"]}))
        for message in answer["page"]["messages"]:
            self._fold(Message.model_validate(message))
        return answer

    async def post(self, text: str, **more: Any) -> dict[str, Any]:
        payload = {"channel": HOME, "text": text, "clientId": uuid.uuid4().hex, **more}
        return await self.call("ReceiveMessage", **payload)

    async def history(self, channel: str = HOME) -> list[Message]:
        """Everything in a channel, page by page, as a fresh load shows it."""
        messages: list[Message] = []
        more = True
        ask: dict[str, int] = {}
        while more:
            page = await self.call("GetMessagesForChannel", channel=channel, limit=PAGE_SIZE, **ask)
            assert page["ok"], page
            messages = [Message.model_validate(one) for one in page["messages"]] + messages
            more, ask = page["hasMore"], {"before": messages[0].comment_id} if messages else {}
        return messages

    async def until(self, enough: Callable[["Client"], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until what was heard is enough."""
        async with asyncio.timeout(patience_s):
            while not enough(self):
                self._news.clear()
                await self._news.wait()

    async def gone(self) -> None:
        """Wait until the hub has closed the connection."""
        async with asyncio.timeout(PATIENCE_S):
            await self.socket.wait()

    def is_awake(self, bot: str) -> bool:
        """Whether the last thing heard of a bot was that it is awake."""
        statuses = [data["bots"] for event, data in self.others if event == "BotStatus"]
        return bool(statuses) and any(one["awake"] for one in statuses[-1] if one["card"]["name"] == bot)

    def answers(self) -> list[Message]:
        """What bots have said, finished."""
        return [message for message in self.messages.values() if message.is_bot and not message.is_thinking]

    def _message(self, data: Any) -> None:
        message = Message.model_validate(data)
        self.heard.append(message)
        self._fold(message)
        self._news.set()

    def _fold(self, message: Message) -> None:
        held = self.messages.get(message.comment_id)
        if held is None or held.revision < message.revision:
            self.messages[message.comment_id] = message

    def _other(self, event: str) -> Callable[[Any], None]:
        def heard(data: Any) -> None:
            self.others.append((event, data))
            self._news.set()

        return heard


@asynccontextmanager
async def client(address: str, name: str, token: str | None = None) -> AsyncIterator[Client]:
    """A connected person; a guest of that name unless a token is given."""
    person = Client(name, token or await token_for(address, name))
    await person.socket.connect(address, auth={"token": person.token}, transports=["websocket"])
    try:
        yield person
    finally:
        await person.socket.disconnect()
