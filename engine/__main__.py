"""`python -m engine`: settings, bots, serve until told to stop; with `--check` only say what would be served."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from types import FrameType
from typing import Final

from rich.console import Console

from contracts.logs import open_log
from contracts.settings import SettingsError
from contracts.tracing import start_traces
from engine.bots import Bot, BotsError, read_bots
from engine.check import check
from engine.device import choose
from engine.failures import ModelUnavailableError
from engine.service import serve
from engine.settings import Settings
from engine.terminal import Screen

log = logging.getLogger(__name__)

UNABLE: Final = 1
BAD_SETTINGS: Final = 2
SERVICE: Final = "playhouse-engine"


def main() -> int:
    """0 after SIGTERM or Ctrl-C, 1 when a check finds fault, 2 when a setting or the file of bots is bad."""
    parser = argparse.ArgumentParser(
        prog="python -m engine", description="Answers for bots, with the models of this machine."
    )
    parser.add_argument("--check", action="store_true", help="only say what would be served and whether it can be")
    only_check = parser.parse_args().check
    try:
        settings = Settings.read()
        screen = None if only_check else _screen(settings)
        _open_log(settings, screen)
        bots = read_bots(settings.bots)
        device = choose(settings.device)
    except (SettingsError, BotsError, ModelUnavailableError) as error:
        print(f"engine: {error}", file=sys.stderr)
        return BAD_SETTINGS
    for line in settings.told():
        print(f"engine: {line}", flush=True)
    if only_check:
        return 0 if asyncio.run(check(settings, bots, device)) else UNABLE
    stop_traces = start_traces(SERVICE, settings.traces)
    with screen or nullcontext():
        is_at_rest = asyncio.run(_until_signal(settings, bots, screen))
    stop_traces()
    if not is_at_rest:
        log.warning("a model is still busy: ended without it")
        logging.shutdown()
        os._exit(0)
    return 0


def _screen(settings: Settings) -> Screen | None:
    console = Console()
    is_seen = sys.stdout.isatty() and not console.is_dumb_terminal
    return Screen(console) if is_seen and settings.log_format == "plain" else None


def _open_log(settings: Settings, screen: Screen | None) -> None:
    handler = None if screen is None else screen.handler
    open_log(SERVICE, settings.log_format, settings.log_level, ("engine", "contracts"), handler)


async def _until_signal(settings: Settings, bots: Sequence[Bot], screen: Screen | None) -> bool:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def told(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            if screen is not None:
                screen.abandon()
            os._exit(128 + number)
        loop.call_soon_threadsafe(stop.set)

    # Not the loop's own handlers, which Windows lacks.
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), told)
    return await serve(settings, bots, stop, None if screen is None else screen.show)


if __name__ == "__main__":
    sys.exit(main())
