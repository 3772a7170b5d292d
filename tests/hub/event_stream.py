"""A reader of server-sent events, as the standard says them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.client import PATIENCE_S


@dataclass(frozen=True)
class Event:
    """One event; `last` is the id that a browser would send when it comes back."""

    name: str
    data: Any
    last: str | None


class Stream:
    """What was heard so far."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.heard: list[Event] = []
        self.last: str | None = None

    def messages(self) -> list[dict[str, Any]]:
        return [event.data for event in self.heard if event.name == "message"]

    async def until(self, enough: Callable[["Stream"], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not enough(self):
                self.heard.append(await self._next())

    async def to_the_end(self) -> None:
        """Read until the hub closes."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while True:
                    self.heard.append(await self._next())
            except EOFError:
                return

    async def _next(self) -> Event:
        fields: dict[str, str] = {}
        while True:
            line = (await self.response.content.readline()).decode()
            if not line:
                raise EOFError
            name, _, value = line.rstrip("\r\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                self.last = fields.get("id", self.last)
                return Event(fields["event"], json.loads(fields["data"]), self.last)


@asynccontextmanager
async def stream(address: str, path: str, token: str, last: str | None = None) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last} if last is not None else {})
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(timeout=timeout, read_bufsize=1 << 20) as session,
        session.get(address + path, headers=headers) as response,
    ):
        yield Stream(response)
