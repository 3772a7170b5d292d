"""Calls to storage that outlast its absence. An outage is logged once at its start and once at its end."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
from azure.core.exceptions import AzureError

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
STORAGE_ERRORS = (AzureError, aiohttp.ClientError, OSError, TimeoutError)

T = TypeVar("T")


class Patience:
    """One for the whole engine. A refusal is absence too: a role in Azure may take half an hour to be granted."""

    def __init__(self) -> None:
        self._away_since_s: float | None = None

    @property
    def away_s(self) -> float | None:
        """How long storage has been away; None while it answers."""
        return None if self._away_since_s is None else time.monotonic() - self._away_since_s

    async def until_done(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call returns, after as many tries as it takes."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                result = await call()
            except STORAGE_ERRORS as error:
                self._is_away(error)
            else:
                self._is_there()
                return result
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def once(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """One try, for what loses its worth by waiting; None when storage is away."""
        try:
            result = await call()
        except STORAGE_ERRORS as error:
            self._is_away(error)
            return None
        self._is_there()
        return result

    def _is_away(self, error: BaseException) -> None:
        if self._away_since_s is None:
            self._away_since_s = time.monotonic()
            log.warning("storage is away: %s", str(error).partition("\n")[0] or type(error).__name__)

    def _is_there(self) -> None:
        if self._away_since_s is not None:
            log.warning("storage is back after %.1f s", time.monotonic() - self._away_since_s)
            self._away_since_s = None
