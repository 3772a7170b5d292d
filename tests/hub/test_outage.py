"""Storage away for a while: a clear error meanwhile, and recovery without help."""

import asyncio
import time
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from contracts.storage import open_storage
from hub.settings import Settings
from infra.azurite import Azurite
from tests.client import Client, client
from tests.hub.conftest import EngineSide, running_hub

AWAY_S = 20


async def status(address: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return answer.status


async def keep_posting(person: Client, until: float, told: set[str]) -> list[str]:
    """Post under load and retry each post with its client id until it is taken; gives the texts."""
    texts: list[str] = []
    while time.monotonic() < until:
        texts.append(f"@EchoBot number {len(texts)} of {person.name}")
        client_id = f"{person.name}-{len(texts):08d}"
        while not (answer := await person.post(texts[-1], clientId=client_id))["ok"]:
            told.add(answer["error"]["code"])
            await asyncio.sleep(0.3)
        await asyncio.sleep(0.3)
    return texts


async def test_azurite_away_for_twenty_seconds_under_load(own_azurite: Azurite, tmp_path: Path) -> None:
    secret = SecretStr(own_azurite.connection_string)
    settings = Settings(_env_file=None, azure_storage_connection_string=secret, playhouse_data=tmp_path)
    told: set[str] = set()
    async with (
        running_hub(settings) as hub,
        open_storage(own_azurite.connection_string, None) as storage,
        client(hub, "alice") as alice,
        client(hub, "bob") as bob,
    ):
        engine = EngineSide(storage)
        await engine.jobs.create()
        await engine.wake()
        await alice.join()
        await bob.join()
        await alice.until(lambda person: person.is_awake("EchoBot"))
        answering = asyncio.create_task(engine.answer_everything())
        end = time.monotonic() + AWAY_S + 6
        posting = asyncio.gather(*(keep_posting(person, end, told) for person in (alice, bob)))
        await asyncio.sleep(2)
        await own_azurite.stop()
        await asyncio.sleep(AWAY_S / 2)
        assert await status(f"{hub}/health/live") == 200
        assert await status(f"{hub}/health/ready") == 503
        await asyncio.sleep(AWAY_S / 2)
        await own_azurite.start()
        texts = sorted(text for one in await posting for text in one)
        await alice.until(lambda person: len(person.answers()) >= len(texts), patience_s=60)
        answering.cancel()
        history = await alice.history()
        assert await status(f"{hub}/health/ready") == 200
    assert told == {"storage_unavailable"}
    assert sorted(one.text for one in history if not one.is_bot) == texts
    assert sorted(f"@EchoBot {one.text}" for one in history if one.is_bot) == texts
    assert not any(one.is_thinking for one in history)
