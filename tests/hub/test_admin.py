"""The administrator's commands, against what really lies in the storage."""

import re

from contracts.names import INPUT_QUEUE, OUTPUT_QUEUE
from contracts.storage import open_storage
from tests.client import Client
from tests.hub.conftest import Command, EngineSide


async def put_aside(connection_string: str, texts: list[str], engine: EngineSide, command: Command) -> list[str]:
    """Have the reader of the output queue meet texts that it cannot read. The ids of what it put aside."""
    async with open_storage(connection_string, None) as storage:
        queue = storage.queues.get_queue_client(OUTPUT_QUEUE)
        for text in texts:
            await queue.send_message(text)
    assert await engine.events.receive(32, 1) == []
    return re.findall(r"^([0-9a-f-]{36})", await command("poison"), re.MULTILINE)


async def test_what_was_put_aside_is_seen_sent_again_and_dropped(
    connection_string: str, engine: EngineSide, command: Command
) -> None:
    assert "Nothing was put aside" in await command("poison")
    first, second = await put_aside(connection_string, ["no JSON <1>", "no JSON <2>"], engine, command)
    shown = await command("poison")
    assert "undecodable" in shown
    assert "no JSON <1>" in shown
    await command("requeue", first)
    assert first not in await command("poison")
    async with open_storage(connection_string, None) as storage:
        (again,) = await storage.queues.get_queue_client(OUTPUT_QUEUE).peek_messages()
    assert again.content == "no JSON <1>"
    assert "1 dropped" in await command("drop", "--all")
    assert second not in await command("poison")


async def test_moving_what_is_not_there_is_told(connection_string: str, engine: EngineSide, command: Command) -> None:
    (here,) = await put_aside(connection_string, ["no JSON"], engine, command)
    assert "gone-already" in await command("drop", "gone-already", status=1)
    assert here in await command("poison")


async def test_queues_are_shown_with_their_depth(alice: Client, command: Command) -> None:
    await alice.post("@EchoBot are you there?")
    assert re.search(rf"^{INPUT_QUEUE} +1 +\d+ s$", await command("queues"), re.MULTILINE)


async def test_bots_are_shown_with_their_engines(alice: Client, command: Command) -> None:
    shown = await command("bots")
    assert re.search(r"^test .*EchoBot$", shown, re.MULTILINE)
    assert re.search(r"^EchoBot +echo +echo", shown, re.MULTILINE)
