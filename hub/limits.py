"""Who does too much in a short time: counted in Redis for all hubs, in memory where there is none or it is away."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from typing import Any, Final, Literal

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from hub.errors import TooManyRequestsError
from hub.people import Person

log = logging.getLogger(__name__)

Action = Literal["calls", "joins", "keys", "posts", "registrations", "searches", "sign_ins", "uploads", "votes"]
# `guests` is the address of a guest, whose names cost nothing.
By = Literal["person", "guests", "address", "name", "channel"]

# By whom an action is counted, and how many times the setting each may.
SHARES: Final[Mapping[Action, Mapping[By, int]]] = {
    "calls": {"person": 1, "guests": 5, "address": 5},
    "joins": {"person": 1, "guests": 5},
    "keys": {"person": 1},
    "posts": {"person": 1, "guests": 5, "channel": 20},
    "registrations": {"address": 1},
    "searches": {"person": 1, "guests": 5},
    "sign_ins": {"name": 1, "address": 5},
    "uploads": {"person": 1, "guests": 5},
    "votes": {"person": 1},
}
# Against floods, which reach one hub: not worth a question to Redis each time.
ALONE: Final[frozenset[Action]] = frozenset({"calls"})

REDIS_PATIENCE_S: Final = 0.5
# A Redis that is away is not asked again for each call.
REDIS_AWAY_S: Final = 5.0
FORGET_EVERY_S: Final = 60.0


class Limits:
    """Counts actions."""

    def __init__(self, rates: Mapping[Action, tuple[RateLimitItem, ...]], redis_url: str | None) -> None:
        self._rates = rates
        self._memory = MemoryStorage()
        self._own = SlidingWindowCounterRateLimiter(self._memory)
        self._pool = _pool(redis_url) if redis_url is not None else None
        self._shared = _shared(redis_url, self._pool) if redis_url is not None and self._pool is not None else None
        self._redis_away_until = 0.0

    async def of(self, person: Person, action: Action) -> None:
        """Count an action of a person. Raises TooManyRequestsError."""
        by: dict[By, str] = {"person": person.name.lower()}
        if person.is_guest:
            by["guests"] = person.address
        await self._count(action, {each: who for each, who in by.items() if each in SHARES[action]})

    async def use(
        self, action: Action, *, address: str | None = None, name: str | None = None, channel: str | None = None
    ) -> None:
        """Count an action by what is given. Raises TooManyRequestsError."""
        by: dict[By, str | None] = {"address": address, "name": name, "channel": channel}
        await self._count(action, {each: who for each, who in by.items() if who is not None})

    async def run(self) -> None:
        """Forget what is over, for ever; the library would look at everything on each call."""
        self._memory.timer = asyncio.current_task()
        while True:
            await asyncio.sleep(FORGET_EVERY_S)
            for key in tuple(self._memory.expirations):
                await self._memory.get(key)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def _count(self, action: Action, by: Mapping[By, str]) -> None:
        asked = [
            self._wait_s(action, _times(rate, SHARES[action][each]), f"{action}/{each}/{who}")
            for each, who in by.items()
            for rate in self._rates[action]
        ]
        wait_s = max(await asyncio.gather(*asked), default=0)
        if wait_s:
            raise TooManyRequestsError(f"That was too much in a short time; please wait {wait_s} s.", wait_s)

    async def _wait_s(self, action: Action, rate: RateLimitItem, key: str) -> int:
        """Count; 0, or the seconds after which there is room."""
        if self._shared is not None and action not in ALONE and time.monotonic() >= self._redis_away_until:
            try:
                wait_s = await _hit(self._shared, rate, key)
            except (RedisError, OSError, TimeoutError) as error:
                if not self._redis_away_until:
                    log.warning("limits are counted by each hub alone: Redis is away (%r)", error)
                self._redis_away_until = time.monotonic() + REDIS_AWAY_S
            else:
                self._redis_away_until = 0.0
                return wait_s
        return await _hit(self._own, rate, key)


async def _hit(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, key: str) -> int:
    if await limiter.hit(rate, key):
        return 0
    stats = await limiter.get_window_stats(rate, key)
    # Where a window ends, its count begins to fade, one after the other.
    fades_s = rate.get_expiry() / rate.amount
    return max(1, math.ceil(stats.reset_time - time.time() + fades_s))


def _times(rate: RateLimitItem, share: int) -> RateLimitItem:
    return type(rate)(rate.amount * share, rate.multiples, rate.namespace)


def _pool(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url, socket_timeout=REDIS_PATIENCE_S, socket_connect_timeout=REDIS_PATIENCE_S)


def _shared(url: str, pool: ConnectionPool) -> SlidingWindowCounterRateLimiter:
    options: dict[str, Any] = {"connection_pool": pool}
    storage = RedisStorage(f"async+{url}", implementation="redispy", key_prefix="playhouse-limits", **options)
    return SlidingWindowCounterRateLimiter(storage)
