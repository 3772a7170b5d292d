"""The baseline, a miniature of the loops that this project replaces: `python -m tests.bench.original hub|engine [late]`

Hub and engine each look at their queue, take one message, delete it before they work, and sleep a second, whether there
was something or not. The hub writes each message to a table and tells everyone with python-socketio as it comes; who
joins is given the whole channel. `late`: seconds by which the loop begins later. Storage clients, their pools and their
retries are this project's own.
"""

import asyncio
import json
import os
import sys
import time
import uuid
from contextlib import suppress
from typing import Any, Final

import socketio
from aiohttp import web
from azure.core.exceptions import ResourceExistsError
from azure.data.tables.aio import TableClient
from azure.storage.queue.aio import QueueClient

from contracts.storage import Storage, open_storage
from hub.log.tables import open_tables

INPUT: Final = "original-input"
OUTPUT: Final = "original-output"
CHANNEL: Final = "TheOriginal"
SLEEP_S: Final = 1.0


async def whole_channel(table: TableClient, channel: str, first_key: str, end_key: str) -> list[dict[str, Any]]:
    """Every message of a channel, oldest last."""
    wanted = "PartitionKey eq @channel and RowKey ge @first and RowKey lt @end"
    parameters = {"channel": channel, "first": first_key, "end": end_key}
    return [dict(row) async for row in table.query_entities(wanted, parameters=parameters)]


async def take_one(queue: QueueClient) -> dict[str, Any] | None:
    """The next message, deleted before anything is done with it."""
    message = await queue.receive_message()
    if message is None:
        return None
    await queue.delete_message(message)
    taken: dict[str, Any] = json.loads(message.content)
    return taken


async def made(storage: Storage, name: str) -> QueueClient:
    """An empty queue: it is slower than a crowd, and what one measurement left would delay the next."""
    queue = storage.queues.get_queue_client(name)
    with suppress(ResourceExistsError):
        await queue.create_queue()
    await queue.clear_messages()
    return queue


class Hub:
    """A message is a dictionary with the fields that clients look at."""

    def __init__(self, jobs: QueueClient, answers: QueueClient, table: TableClient) -> None:
        self._jobs = jobs
        self._answers = answers
        self._table = table
        self.sockets = socketio.AsyncServer(async_mode="aiohttp")
        self.sockets.on("Connect", self.join)
        self.sockets.on("ReceiveMessage", self.receive)

    async def join(self, sid: str, _call: dict[str, Any]) -> dict[str, Any]:
        await self.sockets.enter_room(sid, CHANNEL)
        return {"ok": True, "messages": await whole_channel(self._table, CHANNEL, "0", ":")}

    async def receive(self, _sid: str, call: dict[str, Any]) -> dict[str, Any]:
        message = {"text": call["text"], "isBot": False, "isThinking": False}
        await self._keep_and_tell(message)
        await self._jobs.send_message(json.dumps(message))
        return {"ok": True}

    async def drain(self) -> None:
        while True:
            answer = await take_one(self._answers)
            if answer is not None:
                await self._keep_and_tell(answer)
            await asyncio.sleep(SLEEP_S)

    async def _keep_and_tell(self, message: dict[str, Any]) -> None:
        key = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        await self._table.create_entity({"PartitionKey": CHANNEL, "RowKey": key, "body0": json.dumps(message)})
        await self.sockets.emit("SendMessage", message, to=CHANNEL)


async def run_hub(storage: Storage) -> None:
    async with open_tables(storage) as tables:
        table = tables.messages
        hub = Hub(await made(storage, INPUT), await made(storage, OUTPUT), table)
        app = web.Application()
        hub.sockets.attach(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
        await hub.drain()


async def run_engine(storage: Storage, late_s: float) -> None:
    jobs, answers = await made(storage, INPUT), await made(storage, OUTPUT)
    await asyncio.sleep(late_s)
    print(json.dumps({}), flush=True)
    while True:
        job = await take_one(jobs)
        if job is not None:
            await answers.send_message(json.dumps(job | {"isBot": True}))
        await asyncio.sleep(SLEEP_S)


async def main(role: str, late_s: float = 0.0) -> None:
    async with open_storage(os.environ["AZURE_STORAGE_CONNECTION_STRING"], None) as storage:
        await (run_hub(storage) if role == "hub" else run_engine(storage, late_s))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(float, sys.argv[2:])))
