"""A loop that lives whatever happens in one of its rounds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

log = logging.getLogger(__name__)

AFTER_ERROR_S: Final = 1.0


async def forever(name: str, step: Callable[[], Awaitable[None]], until: asyncio.Event) -> None:
    """One step after another; an error in one is logged, and the next comes a second later."""
    while not until.is_set():
        try:
            await step()
        except Exception:
            log.exception("the loop that %s stumbled and goes on", name)
            await asyncio.sleep(AFTER_ERROR_S)
