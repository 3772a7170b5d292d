"""One child process that is kept running: its output by lines, a new start when it dies, a clean end when it may go."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, NoReturn

# By convention of hub and engine: a setting is wrong, and another start would change nothing.
REFUSED: Final = 2

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
# Who ran this long was well: its next death is a new story, and the pauses begin anew.
STEADY_S: Final = 60.0
# The engine may finish the answer that it is writing.
STOP_S: Final = 20.0
READ_BYTES: Final = 65_536

Say = Callable[[str, str], None]


class RefusedError(Exception):
    """A child ended with the exit code that says its settings are wrong; its own output says which."""


@dataclass(frozen=True)
class Service:
    """What to run and how one sees that it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    is_ready: Callable[[], Awaitable[bool]]
    stops_on_eof: bool = False


@asynccontextmanager
async def kept_running(service: Service, say: Say) -> AsyncIterator[asyncio.Task[NoReturn]]:
    """Keeps the service running for the time of an `async with`; the task ends early only with an error."""
    keeper = asyncio.create_task(_keep_running(service, say), name=service.name)
    try:
        yield keeper
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])


async def _keep_running(service: Service, say: Say) -> NoReturn:
    pause_s = FIRST_PAUSE_S
    while True:
        started = time.monotonic()
        code = await _run_once(service, say)
        if code == REFUSED:
            raise RefusedError(f"{service.name} refuses its settings; its own words above say which")
        if time.monotonic() - started > STEADY_S:
            pause_s = FIRST_PAUSE_S
        say(service.name, f"ended with code {code}; starts again in {pause_s:g} s")
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


async def _run_once(service: Service, say: Say) -> int:
    process = await asyncio.create_subprocess_exec(
        *service.command,
        env=service.environment,
        stdin=asyncio.subprocess.PIPE if service.stops_on_eof else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **_own_group(),
    )
    output = asyncio.create_task(_tell(service.name, process, say))
    try:
        return await process.wait()
    finally:
        await _stop(service, process)
        await output


def _own_group() -> dict[str, Any]:
    """Ctrl-C in the terminal must not reach the children all at once: they stop one after the other."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _stop(service: Service, process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    if process.stdin is not None:
        process.stdin.close()
    elif sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _tell(name: str, process: asyncio.subprocess.Process, say: Say) -> None:
    """Hands the output on by lines; reads in pieces, so that a line of any length is no error."""
    assert process.stdout is not None
    rest = b""
    while piece := await process.stdout.read(READ_BYTES):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            say(name, line.decode(errors="replace").rstrip())
    if rest:
        say(name, rest.decode(errors="replace").rstrip())
