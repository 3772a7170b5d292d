"""`python -m engine`: settings, bots, serve until told to stop."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final

from contracts.settings import SettingsError
from engine.bots import Bot, BotsError, read_bots
from engine.service import serve
from engine.settings import Settings

log = logging.getLogger(__name__)

BAD_SETTINGS: Final = 2


def main() -> int:
    """0 after SIGTERM or Ctrl-C, 2 when a setting or the file of bots is bad."""
    # torch's threads otherwise spin while they wait; beside another busy process that made a picture 30 times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # These have a line for each request.
    for name in ("azure", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = Settings.read()
        bots = read_bots(settings.bots)
    except (SettingsError, BotsError) as error:
        print(f"engine: {error}", file=sys.stderr)
        return BAD_SETTINGS
    for line in settings.told():
        print(f"engine: {line}", flush=True)
    if not asyncio.run(_until_signal(settings, bots)):
        log.warning("a model is still busy: ended without it")
        logging.shutdown()
        os._exit(0)
    return 0


async def _until_signal(settings: Settings, bots: Sequence[Bot]) -> bool:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def told(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        loop.call_soon_threadsafe(stop.set)

    # Not the loop's own handlers, which Windows lacks.
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), told)
    return await serve(settings, bots, stop)


if __name__ == "__main__":
    sys.exit(main())
