"""The commands that the README gives to programs work as they stand there."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.client import account_for
from tests.hub.conftest import ECHO, EngineSide, Join, finished

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a shell")
async def test_a_shell_asks_and_hears_the_answer_grow(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub, token=await account_for(hub, "alice"))
    await engine.wake(ECHO.model_copy(update={"name": "CoopBot"}))
    await alice.until(lambda heard: heard.is_awake("CoopBot"))
    found = re.search(r"```sh\n(hub=.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    commands = found[1].replace("http://127.0.0.1:8080", hub)
    shell = await asyncio.create_subprocess_exec("bash", "-euc", commands, stdout=asyncio.subprocess.PIPE)
    job = await engine.thinks()
    await engine.events.send([finished(job, "Give them light.")])
    heard, _ = await shell.communicate()
    assert shell.returncode == 0
    assert b"Give them light." in heard
    assert heard.rstrip().partition(b"event: done")[1]
