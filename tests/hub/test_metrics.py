"""Metrics for Prometheus: off unless switched on, to whom they are for, of each hub its own, and about nobody."""

import asyncio

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from contracts.bots import BotCard
from hub.talk import sweep
from tests.client import HOME, account_for
from tests.hub.conftest import EngineSide, Join, StartHub, failed, finished, progress

TOKEN = "a token for who watches"
CHAT = BotCard(name="TalkBot", kind="chat", model="tiny")


async def scrape(address: str, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics", headers=headers) as response:
        return response.status, await response.text()


async def samples(address: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Each value by its name and the values of its labels."""
    status, text = await scrape(address)
    assert status == 200
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(one.labels.values())): one.value for family in families for one in family.samples}


async def until_waiting(address: str, number: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """What is told once so many placeholders wait."""
    while (seen := await samples(address))[("playhouse_waiting", ())] != number:  # noqa: ASYNC110  it is scraped
        await asyncio.sleep(0.05)
    return seen


async def test_metrics_are_served_only_where_they_are_switched_on(hub: str) -> None:
    assert (await scrape(hub))[0] == 404


@pytest.mark.parametrize("wrong", [None, "another", TOKEN + "!", "ünsinn"])
async def test_with_a_token_only_who_bears_it_sees_them(start_hub: StartHub, wrong: str | None) -> None:
    address = await start_hub(hub_metrics=True, hub_metrics_token=SecretStr(TOKEN))
    assert (await scrape(address, wrong))[0] == 401
    assert (await scrape(address, TOKEN))[0] == 200


async def test_a_conversation_is_counted(start_hub: StartHub, join: Join, engine: EngineSide) -> None:
    address = await start_hub(hub_metrics=True)
    alice = await join(address, token=await account_for(address, "alice"))
    await engine.wake(CHAT)
    await alice.until(lambda person: person.is_awake("TalkBot"))
    await alice.post("@TalkBot hello")
    job = await engine.thinks()
    await engine.events.send([progress(job, "He", 1)])
    await alice.until(lambda person: any(message.text == "He" for message in person.messages.values()))
    done = finished(job, "Hello!")
    usage = done.usage.model_copy(update={"completion_tokens": 5, "tokens_per_second": 50.0})
    await engine.events.send([done.model_copy(update={"usage": usage})])
    await alice.until(lambda person: len(person.answers()) == 1)
    await alice.post("@TalkBot again")
    await engine.events.send([failed(await engine.thinks())])
    await alice.until(lambda person: len(person.answers()) == 2)
    await alice.post("")
    await alice.post("@TalkBot wait")
    seen = await samples(address)
    expected = {
        ("playhouse_calls_total", ("ReceiveMessage", "ok")): 3,
        ("playhouse_calls_total", ("ReceiveMessage", "empty_text")): 1,
        ("playhouse_calls_total", ("Connect", "ok")): 1,
        ("playhouse_call_seconds_count", ("ReceiveMessage",)): 4,
        ("playhouse_requests_total", ("POST", "/api/accounts", "201")): 1,
        ("playhouse_first_snapshot_seconds_count", ("chat",)): 1,
        ("playhouse_answer_seconds_count", ("chat",)): 1,
        ("playhouse_tokens_total", ("chat",)): 5,
        ("playhouse_tokens_a_second_sum", ("chat",)): 50,
        ("playhouse_failures_total", ("bot_failed",)): 1,
        ("playhouse_connections", ()): 1,
        ("playhouse_engines_awake", ()): 1,
        ("playhouse_queue_messages", ("chat-input",)): 1,
    }
    assert {key: seen.get(key) for key in expected} == expected
    assert ("playhouse_queue_oldest_seconds", ("chat-input",)) in seen


async def test_what_waits_and_what_was_given_up_is_told(
    start_hub: StartHub, join: Join, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.1)
    address = await start_hub(hub_metrics=True, hub_job_deadline_s=2)
    alice = await join(address)
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    await until_waiting(address, 1)
    await alice.until(lambda person: len(person.answers()) == 1)
    seen = await until_waiting(address, 0)
    assert seen[("playhouse_expired_total", ())] == 1
    assert seen[("playhouse_loop_lag_seconds_count", ())] > 0


async def test_each_hub_has_numbers_of_its_own_and_none_is_about_somebody(start_hub: StartHub, join: Join) -> None:
    busy, idle = await start_hub(hub_metrics=True), await start_hub(hub_metrics=True)
    alice = await join(busy, "alice_in_wonderland")
    await alice.post("hello")
    async with aiohttp.ClientSession() as session:
        await session.request("BREW", f"{busy}/api/channels/NoSuchPlace")
        await session.get(f"{busy}/images/{'0' * 64}.png")
    assert ("playhouse_calls_total", ("ReceiveMessage", "ok")) in await samples(busy)
    assert ("playhouse_calls_total", ("ReceiveMessage", "ok")) not in await samples(idle)
    _, text = await scrape(busy)
    for name in ("alice_in_wonderland", HOME, "NoSuchPlace", "BREW", "0" * 64):
        assert name not in text
