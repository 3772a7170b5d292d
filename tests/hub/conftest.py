"""A hub in this process, and an engine's side of the queues by hand."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from azure.core.exceptions import AzureError
from pydantic import SecretStr, TypeAdapter

from contracts.bots import BotCard
from contracts.events import EVENT, Event, Failed, Finished, Heartbeat, Progress
from contracts.jobs import Job
from contracts.message import Parameters, Usage
from contracts.names import INPUT_QUEUE, OUTPUT_QUEUE
from contracts.queues import Lease, LeaseLostError, TypedQueue
from contracts.storage import Storage, open_storage
from hub.admin.__main__ import main
from hub.app import create_app
from hub.settings import Settings
from tests.client import PATIENCE_S, Client, account_for, client

ECHO = BotCard(name="EchoBot", kind="echo", model="echo")
ENGINE_TOKEN = "a token for engines"


class EngineSide:
    """What an engine does to the queues, step by step, without an engine."""

    def __init__(self, storage: Storage) -> None:
        self.jobs: TypedQueue[Job] = TypedQueue(storage, INPUT_QUEUE, TypeAdapter(Job))
        self.events: TypedQueue[Event] = TypedQueue(storage, OUTPUT_QUEUE, EVENT)

    async def wake(self, *bots: BotCard, leaving: bool = False) -> None:
        await self.events.send([Heartbeat(engine_id="test", at=0, bots=bots or (ECHO,), leaving=leaving)])

    async def next_lease(self, lease_s: int = 30) -> Lease[Job]:
        while True:
            for lease in await self.jobs.receive(1, lease_s):
                return lease
            await asyncio.sleep(0.01)

    async def next_job(self) -> tuple[Lease[Job], Job]:
        """The next message, which must hold one job."""
        lease = await self.next_lease()
        (job,) = lease.items
        return lease, job

    async def thinks(self) -> Job:
        """The next job, which this engine has taken and not answered yet."""
        lease, job = await self.next_job()
        await lease.delete()
        return job

    async def answer_next(self) -> None:
        """Answer each job of the next message."""
        lease = await self.next_lease()
        await self.events.send([finished(job) for job in lease.items])
        await lease.delete()

    async def answer_everything(self) -> None:
        """Answer for ever, also when storage is away for a while."""
        while True:
            try:
                await self.answer_next()
            except (AzureError, LeaseLostError):
                await asyncio.sleep(0.1)


def finished(job: Job, text: str | None = None, seq: int = 9) -> Finished:
    usage = Usage(model="echo", queue_ms=0, compute_ms=0)
    words = job.request if text is None else text
    return Finished(**whose(job), seq=seq, text=words, parameters=Parameters(), usage=usage)


def progress(job: Job, text: str, seq: int) -> Progress:
    return Progress(**whose(job), seq=seq, text=text)


def failed(job: Job) -> Failed:
    return Failed(**whose(job), seq=9, code="bot_failed", message="It stumbled.")


def whose(job: Job) -> dict[str, Any]:
    return {"job_id": job.job_id, "channel": job.channel, "comment_id": job.comment_id}


StartHub = Callable[..., Awaitable[str]]
Join = Callable[..., Awaitable[Client]]


@asynccontextmanager
async def running_hub(settings: Settings) -> AsyncIterator[str]:
    """A hub on a free port; gives its address."""
    runner = web.AppRunner(create_app(settings), shutdown_timeout=PATIENCE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.hub_host, 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture
async def start_hub(connection_string: str, tmp_path: Path) -> AsyncIterator[StartHub]:
    async with AsyncExitStack() as hubs:

        async def start(**changes: Any) -> str:
            wanted = {
                "azure_storage_connection_string": SecretStr(connection_string),
                "hub_engine_token": SecretStr(ENGINE_TOKEN),
                "playhouse_data": tmp_path,
                **changes,
            }
            return await hubs.enter_async_context(running_hub(Settings(_env_file=None, **wanted)))

        yield start


@pytest_asyncio.fixture
async def hub(start_hub: StartHub) -> str:
    return await start_hub()


@pytest_asyncio.fixture
async def join() -> AsyncIterator[Join]:
    """People who have joined the home channel."""
    async with AsyncExitStack() as people:

        async def enter(
            address: str, name: str = "alice", channel: str | None = None, token: str | None = None
        ) -> Client:
            person = await people.enter_async_context(client(address, name, token))
            await (person.join(channel) if channel else person.join())
            return person

        yield enter


@pytest_asyncio.fixture
async def alice(hub: str, join: Join, engine: EngineSide) -> Client:
    """Somebody with an account, who can ask EchoBot."""
    person = await join(hub, token=await account_for(hub, "alice"))
    await engine.wake()
    await person.until(lambda heard: heard.is_awake("EchoBot"))
    return person


@pytest_asyncio.fixture
async def engine(connection_string: str) -> AsyncIterator[EngineSide]:
    async with open_storage(connection_string, None) as storage:
        side = EngineSide(storage)
        await side.jobs.create()
        await side.events.create()
        yield side


Command = Callable[..., Awaitable[str]]


@pytest.fixture
def command(connection_string: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs an administrator's command as from a terminal, and gives what it printed; `typed` is its standard input."""
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection_string)

    async def run(*arguments: str, status: int = 0, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        assert await asyncio.to_thread(main, arguments) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A built page."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Playhouse</title>")
    (folder / "assets" / "app-1a2b3c.js").write_text("export {}")
    return folder
