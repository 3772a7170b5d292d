"""The whole project on one machine: starts Azurite, hub and engine, watches them, stops them in the reverse order."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NoReturn

import aiohttp
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.storage import azurite_connection_string
from infra.azurite import PORTS, azurite_answers, azurite_command
from infra.ports import LOOPBACK, is_free
from infra.service import REFUSED, RefusedError, Say, Service, kept_running

LOOK_EVERY_S: Final = 0.1
STILL_WAITING_EVERY_S: Final = 15.0
# An engine may first fetch a model of gigabytes; the page is useful meanwhile.
ENGINE_PATIENCE_S: Final = 60.0
ANSWER_S: Final = 2.0
COLOURS: Final = {"azurite": "36", "hub": "32", "engine": "35"}


class LocalSettings(BaseSettings):
    """The few settings that this file needs itself; hub and engine read their own."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    hub_host: str = LOOPBACK
    hub_port: int = Field(8080, ge=1, le=65_535)
    azurite_port: int = Field(10_000, ge=1, le=65_535 - PORTS)
    playhouse_data: Path = Path(".data")

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the hub."""
        host = LOOPBACK if self.hub_host == "0.0.0.0" else self.hub_host
        return f"http://{host}:{self.hub_port}"


class TakenError(Exception):
    """A port that one of the three needs is in use."""


def services(settings: LocalSettings, http: aiohttp.ClientSession) -> tuple[Service, Service, Service]:
    """Azurite, hub and engine, in the order in which they start."""
    folder = settings.playhouse_data.resolve()
    blobs = folder / "azurite"
    blobs.mkdir(parents=True, exist_ok=True)
    shared = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PLAYHOUSE_DATA": str(folder),
        "AZURE_STORAGE_CONNECTION_STRING": azurite_connection_string(settings.azurite_port),
    }
    token = secrets.token_urlsafe(32)
    hub = {"HUB_HOST": settings.hub_host, "HUB_PORT": str(settings.hub_port), "HUB_ENGINE_TOKEN": token}
    engine = {"ENGINE_HUB_URL": settings.address, "ENGINE_TOKEN": token}

    async def azurite_is_ready() -> bool:
        return await azurite_answers(settings.azurite_port)

    async def hub_is_ready() -> bool:
        return await _get(http, f"{settings.address}/health/ready") is not None

    async def engine_is_ready() -> bool:
        return _any_awake(await _get(http, f"{settings.address}/api/bots"))

    return (
        Service("azurite", azurite_command(blobs, settings.azurite_port), shared, azurite_is_ready, stops_on_eof=True),
        Service("hub", [sys.executable, "-m", "hub"], shared | hub, hub_is_ready),
        Service("engine", [sys.executable, "-m", "engine"], shared | engine, engine_is_ready),
    )


async def _get(http: aiohttp.ClientSession, address: str) -> str | None:
    """What is served there, or None while nothing good is."""
    try:
        async with http.get(address) as answer:
            return await answer.text() if answer.ok else None
    except (aiohttp.ClientError, TimeoutError):
        return None


def _any_awake(bots: str | None) -> bool:
    return bots is not None and any(bot["awake"] for bot in json.loads(bots)["bots"])


async def run(settings: LocalSettings, say: Say) -> None:
    """Runs all three until it is cancelled; raises TakenError or RefusedError when that cannot be."""
    _require_free_ports(settings)
    keepers: list[asyncio.Task[NoReturn]] = []
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as http,
        AsyncExitStack() as started,
    ):
        for service in services(settings, http):
            patience_s = ENGINE_PATIENCE_S if service.name == "engine" else None
            say(service.name, "starts")
            keepers.append(await started.enter_async_context(kept_running(service, say)))
            await _until_ready(service, keepers, say, patience_s)
        say("", f"Open {settings.address} in a browser. Ctrl-C here stops everything.")
        await asyncio.wait(keepers, return_when=asyncio.FIRST_COMPLETED)
        _raise_what_ended(keepers)


def _require_free_ports(settings: LocalSettings) -> None:
    wanted = [(LOOPBACK, settings.azurite_port + offset, "AZURITE_PORT") for offset in range(PORTS)]
    for host, port, setting in [*wanted, (settings.hub_host, settings.hub_port, "HUB_PORT")]:
        if not is_free(port, host):
            raise TakenError(f"Port {port} is in use. Is another copy running? Else set {setting} to another one.")


async def _until_ready(
    service: Service, keepers: Sequence[asyncio.Task[NoReturn]], say: Say, patience_s: float | None
) -> None:
    started = time.monotonic()
    next_word_s = STILL_WAITING_EVERY_S
    while not await service.is_ready():
        _raise_what_ended(keepers)
        waited_s = time.monotonic() - started
        if patience_s is not None and waited_s > patience_s:
            say(service.name, "is not ready yet; what is asked meanwhile waits for it")
            return
        if waited_s > next_word_s:
            say(service.name, f"not ready yet after {waited_s:.0f} s")
            next_word_s += STILL_WAITING_EVERY_S
        await asyncio.sleep(LOOK_EVERY_S)
    say(service.name, f"ready after {time.monotonic() - started:.1f} s")


def _raise_what_ended(keepers: Sequence[asyncio.Task[NoReturn]]) -> None:
    for keeper in keepers:
        if keeper.done():
            keeper.result()


def say_on_terminal(name: str, text: str) -> None:
    """One line of output behind the name of who says it."""
    colour = COLOURS.get(name, "1")
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        print(f"\x1b[{colour}m{name:>8}\x1b[0m {text}", flush=True)
    else:
        print(f"{name:>8} {text}", flush=True)


async def _main(settings: LocalSettings) -> int:
    task = asyncio.create_task(run(settings, say_on_terminal))
    _cancel_on_signals(task)
    try:
        await task
    except asyncio.CancelledError:
        say_on_terminal("", "Stopped.")
    except (TakenError, RefusedError) as error:
        say_on_terminal("", f"{error}")
        return REFUSED
    return 0


def _cancel_on_signals(task: asyncio.Task[None]) -> None:
    """The first signal ends the task; later ones are left alone, for the children are stopping already."""
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    def stop(number: int, _: object) -> None:
        if not seen:
            loop.call_soon_threadsafe(task.cancel)
        seen.append(number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # no system has all four
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def main() -> int:
    """Exit code 0 after a wished stop, 2 when a setting or a port is wrong."""
    try:
        settings = LocalSettings()
    except ValidationError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return asyncio.run(_main(settings))


if __name__ == "__main__":
    sys.exit(main())
