"""News between hubs: small facts that the others should know at once, told over Redis at best effort.

Nothing depends on them: whoever misses one reads the same from the tables within seconds. They only make it quicker.
"""

import asyncio
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Final

import redis.asyncio
from pydantic import JsonValue
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TOPIC: Final = "playhouse-news"
# When Redis is away, old news is dropped before memory is.
MOST_WAITING: Final = 1_000
BACK_OFF_S: Final = 1.0

Body = dict[str, JsonValue]
Act = Callable[[Body], None]


class News:
    """Tells this hub's listeners at once, and those of the other hubs when Redis is there."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis_url = redis_url
        # Tells one hub from another; a hub does not hear itself twice.
        self.hub_id: Final = secrets.token_hex(8)
        self._listeners: defaultdict[str, list[Act]] = defaultdict(list)
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

    def listen(self, kind: str, act: Act) -> None:
        """Have something done whenever news of this kind comes. `act` must be quick and raise nothing."""
        self._listeners[kind].append(act)

    def tell(self, kind: str, body: Body) -> None:
        """Tell all hubs, this one first."""
        self._hear(kind, body)
        if self._redis_url is None:
            return
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(json.dumps({"from": self.hub_id, "kind": kind, "body": body}))

    async def send_what_waits(self) -> None:
        """Tell the hubs once, for a process that listens to none. Raises RedisError or OSError."""
        if self._redis_url is not None and not self._waiting.empty():
            async with redis.asyncio.from_url(self._redis_url) as connection:
                while not self._waiting.empty():
                    await connection.publish(TOPIC, self._waiting.get_nowait())

    async def run(self) -> None:
        """Carry news to and from the other hubs, for ever."""
        while self._redis_url is not None:
            try:
                async with redis.asyncio.from_url(self._redis_url) as connection:
                    await self._carry(connection)
            except (RedisError, OSError) as error:
                log.warning("news from other hubs is interrupted: %r", error)
                await asyncio.sleep(BACK_OFF_S)

    async def _carry(self, connection: redis.asyncio.Redis) -> None:
        async with connection.pubsub() as subscription, asyncio.TaskGroup() as both:
            await subscription.subscribe(TOPIC)
            both.create_task(self._send(connection))
            async for one in subscription.listen():
                if one["type"] == "message":
                    self._heard(one["data"])

    async def _send(self, connection: redis.asyncio.Redis) -> None:
        task = asyncio.current_task()
        # A cancellation that comes while the library writes is swallowed there, and would never come again.
        while task is None or not task.cancelling():
            await connection.publish(TOPIC, await self._waiting.get())

    def _heard(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            if told["from"] != self.hub_id:
                self._hear(told["kind"], told["body"])
        except Exception:  # whatever another version says must not end the listening
            log.exception("news that nobody understands")

    def _hear(self, kind: str, body: Body) -> None:
        for act in self._listeners[kind]:
            act(body)
