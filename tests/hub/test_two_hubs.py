"""Two hubs on one account, with Redis between: every client sees every message, and no answer is doubled."""

import asyncio

from pydantic import SecretStr

from tests.client import Client
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.services import Redis

POSTS = 15


async def test_two_hubs_are_one_playhouse(
    redis_server: Redis, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    hubs = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    alice, bob = await join(hubs[0]), await join(hubs[1], "bob")
    await engine.wake()
    await asyncio.gather(*(person.until(lambda one: one.is_awake("EchoBot")) for person in (alice, bob)))

    async def talk(person: Client) -> None:
        for number in range(POSTS):
            posted = await person.post(f"@EchoBot {person.name} {number}")
            assert posted["ok"], posted

    answering = asyncio.create_task(engine.answer_everything())
    await asyncio.gather(talk(alice), talk(bob))
    for person in (alice, bob):
        await person.until(lambda one: len(one.answers()) == 2 * POSTS)
        assert await person.history() == sorted(person.messages.values(), key=lambda one: one.comment_id)
    answering.cancel()
    assert sorted(alice.messages) == sorted(bob.messages)
    assert len(alice.messages) == 4 * POSTS


async def test_ids_of_two_hubs_never_meet(start_hub: StartHub, join: Join) -> None:
    people = [await join(await start_hub(), name) for name in ("alice", "bob")]
    posted = await asyncio.gather(*(person.post(f"number {n}") for n in range(10) for person in people))
    assert len({post["message"]["commentId"] for post in posted}) == 20
    revisions = sorted(message.revision for message in await people[0].history())
    assert revisions == list(range(1, 21))


def here(person: Client) -> list[str]:
    """Who is in the home channel, as this client was told last."""
    told: list[list[str]] = [data["present"] for event, data in person.others if event == "Presence"]
    return told[-1] if told else []


async def test_who_is_here_is_told_over_all_hubs(redis_server: Redis, start_hub: StartHub, join: Join) -> None:
    hubs = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    alice = await join(hubs[0])
    bob = await join(hubs[1], "bob")
    for person in (alice, bob):
        await person.until(lambda one: here(one) == ["alice", "bob"])
    await bob.socket.disconnect()
    await alice.until(lambda one: here(one) == ["alice"])
