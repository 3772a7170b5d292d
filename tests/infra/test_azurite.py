"""Azurite keeps what it acknowledged, is gone when it should be, and says why it cannot start."""

import asyncio
import sys
import time
from pathlib import Path

import pytest
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from infra.azurite import PORTS, Azurite, azurite, azurite_answers
from infra.ports import free_ports

GIVE_UP_S = 20


async def test_messages_survive_a_restart_with_connections_open(own_azurite: Azurite) -> None:
    async with QueueClient.from_connection_string(own_azurite.connection_string, "kept") as queue:
        await queue.create_queue()
        await queue.send_message("still here")
        await own_azurite.stop()
        await own_azurite.start()
        assert [message.content async for message in queue.receive_messages()] == ["still here"]


async def test_a_stopped_azurite_leaves_its_ports_free(tmp_path: Path) -> None:
    port = free_ports(PORTS)
    async with azurite(tmp_path, port):
        assert await azurite_answers(port)
    assert not await azurite_answers(port)


async def test_azurite_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    port = free_ports(PORTS)
    code = (
        "import asyncio, sys, time; from pathlib import Path; from infra.azurite import Azurite\n"
        "asyncio.run(Azurite(Path(sys.argv[1]), int(sys.argv[2])).start()); print('up', flush=True); time.sleep(60)"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), str(port), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert (await parent.stdout.readline()).strip() == b"up"
    parent.kill()
    await parent.wait()
    give_up = time.monotonic() + GIVE_UP_S
    while await azurite_answers(port):
        assert time.monotonic() < give_up
        await asyncio.sleep(0.05)


async def test_a_taken_port_is_said_in_azurites_own_words(own_azurite: Azurite, tmp_path: Path) -> None:
    port = int(own_azurite.connection_string.split("http://127.0.0.1:")[1].split("/")[0])
    with pytest.raises(RuntimeError, match="EADDRINUSE"):
        await Azurite(tmp_path, port).start()


@pytest.mark.parametrize("time", ["first", "second"])
async def test_each_test_finds_an_empty_account(connection_string: str, time: str) -> None:
    async with QueueServiceClient.from_connection_string(connection_string) as service:
        assert [queue.name async for queue in service.list_queues()] == []
        await service.create_queue(time)
