"""`GET /metrics`: what was counted, and what stands at this moment, in Prometheus' text format."""

import asyncio
import hmac
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import hdrs, web
from azure.core.exceptions import AzureError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from contracts.storage import Storage
from hub.bots import Bots
from hub.errors import UnauthorizedError
from hub.keys import HOUSE, SETTINGS
from hub.talk.sweep import Sweep
from hub.watching.depths import Depth, depths
from hub.watching.metrics import Metrics

log = logging.getLogger(__name__)

# Queues are asked when somebody scrapes, and not more often than that: each question costs money in Azure.
QUEUES_EVERY_S: Final = 15
PATIENCE_S: Final = 2.0
STORAGE_ERRORS: Final = (AzureError, aiohttp.ClientError, OSError, TimeoutError)
LAG_EVERY_S: Final = 0.5


@dataclass(frozen=True)
class Sources:
    """Where the numbers of this moment come from."""

    storage: Storage
    bots: Bots
    sweep: Sweep
    connections: Callable[[], int]


class Moment(Collector):
    """What stands at this moment."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._depths: list[Depth] = []
        self._asked_s = 0.0

    async def look_at_queues(self) -> None:
        """There are no numbers of queues while storage is away, or does not let this hub look."""
        if time.monotonic() - self._asked_s < QUEUES_EVERY_S and self._asked_s:
            return
        self._asked_s = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S):
                self._depths = await depths(self._sources.storage)
        except STORAGE_ERRORS as error:
            log.warning("the queues could not be looked at: %s", type(error).__name__)
            self._depths = []

    def collect(self) -> Iterator[Metric]:
        sources = self._sources
        gauges = {
            "connections": ("Socket.IO connections of people.", sources.connections()),
            "waiting": ("Placeholders that wait for an answer, over all hubs.", len(sources.sweep.waiting)),
            "engines_awake": ("Engines whose heartbeat is fresh.", sources.bots.engines_awake()),
        }
        for name, (words, value) in gauges.items():
            yield GaugeMetricFamily(f"playhouse_{name}", words, value)
        yield CounterMetricFamily("playhouse_expired", "Answers that this hub gave up.", sources.sweep.expired)
        messages = GaugeMetricFamily("playhouse_queue_messages", "Messages on a queue.", labels=("queue",))
        oldest = GaugeMetricFamily("playhouse_queue_oldest_seconds", "Age of the oldest of them.", labels=("queue",))
        for depth in self._depths:
            messages.add_metric((depth.queue,), depth.messages)
            oldest.add_metric((depth.queue,), depth.oldest_s or 0)
        yield messages
        yield oldest


MOMENT: Final = web.AppKey("moment", Moment)


async def scrape(request: web.Request) -> web.Response:
    """With a token set only who bears it may look; where metrics are off there is nothing."""
    if not request.app[SETTINGS].hub_metrics:
        raise web.HTTPNotFound
    secret = request.app[SETTINGS].hub_metrics_token
    told = request.headers.get(hdrs.AUTHORIZATION, "")
    if secret is not None and not hmac.compare_digest(told.encode(), f"Bearer {secret.get_secret_value()}".encode()):
        raise UnauthorizedError("These numbers are for who watches this hub.")
    await request.app[MOMENT].look_at_queues()
    body = generate_latest(request.app[HOUSE].metrics.registry)
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})


class Lag:
    """How late the event loop comes back to who sleeps."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def run(self) -> None:
        """For ever; nothing but cancellation ends it."""
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._metrics.lag_s.observe(max(0.0, loop.time() - due_s))
