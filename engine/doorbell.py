"""The doorbell: one connection to the hub on which each side rings when it has put something on a queue.

A ring carries no data. Without a doorbell, or when a ring is lost, the queues are looked at all the same, only later.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from socketio import AsyncClient
from socketio.exceptions import SocketIOError

from contracts.names import ENGINE_NAMESPACE, RING
from contracts.pace import Pace

log = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 5.0
CONNECT_TIMEOUT_S: Final = 5


class Doorbell:
    """Rings from the hub quicken `pace`."""

    def __init__(self, url: str, token: str, pace: Pace) -> None:
        self._url = url
        self._token = token
        self._pace = pace
        # `listen` connects again by itself, also after a refusal, which the client takes for final.
        self._client = AsyncClient(reconnection=False, handle_sigint=False)
        self._client.on(RING, self._rung, namespace=ENGINE_NAMESPACE)

    async def listen(self) -> None:
        """Stays connected until cancelled."""
        wait_s = FIRST_WAIT_S
        try:
            while True:
                try:
                    await self._connect()
                    wait_s = FIRST_WAIT_S
                    # Shielded: a cancelled wait would take the client's own reader along, and it could not say goodbye.
                    await asyncio.shield(self._client.wait())
                    log.warning("doorbell lost: the queues are polled")
                except SocketIOError as error:
                    if wait_s == FIRST_WAIT_S:
                        log.warning("no doorbell, the queues are polled: %s", error)
                self._pace.has_doorbell = False
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        finally:
            self._pace.has_doorbell = False
            await self._client.disconnect()

    async def ring(self) -> None:
        """Costs nothing when nobody hears it."""
        if self._pace.has_doorbell:
            with suppress(SocketIOError):
                await self._client.emit(RING, namespace=ENGINE_NAMESPACE)

    async def _connect(self) -> None:
        await self._client.connect(
            self._url,
            auth={"token": self._token},
            namespaces=[ENGINE_NAMESPACE],
            transports=["websocket"],
            wait_timeout=CONNECT_TIMEOUT_S,
        )
        self._pace.has_doorbell = True
        # What was put on the queue before this moment rang at nobody's door.
        self._pace.ring()
        log.info("doorbell connected to %s", self._url)

    def _rung(self) -> None:
        self._pace.ring()
