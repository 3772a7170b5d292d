"""What a vote promises: one a person and message, and counts that are exact however many vote at once."""

import asyncio
import itertools

import pytest
from azure.data.tables.aio import TableServiceClient
from pydantic import SecretStr

from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.services import Redis

ROUNDS = 13


async def said(person: Client, text: str = "What do you think?") -> int:
    posted = await person.post(text)
    return int(posted["message"]["commentId"])


async def vote(person: Client, comment_id: int, value: int) -> object:
    """The new counts, or the code of the refusal."""
    answer = await person.call("Vote", channel=HOME, commentId=comment_id, value=value)
    return (answer["up"], answer["down"]) if answer["ok"] else answer["error"]["code"]


async def test_a_vote_can_be_changed_and_taken_back_and_counts_once(hub: str, alice: Client, join: Join) -> None:
    comment_id = await said(alice)
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    assert [await vote(bob, comment_id, value) for value in (1, 1, -1, 0, 0, 1)] == [
        (1, 0),
        (1, 0),
        (0, 1),
        (0, 0),
        (0, 0),
        (1, 0),
    ]
    assert [(one.up, one.down) for one in await alice.history()] == [(1, 0)]


async def test_a_vote_is_a_change_that_everyone_in_the_channel_hears(hub: str, alice: Client, join: Join) -> None:
    comment_id = await said(alice)
    await alice.until(lambda person: comment_id in person.messages)
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    await vote(bob, comment_id, -1)
    await alice.until(lambda person: person.messages[comment_id].down == 1)
    assert alice.messages[comment_id].revision == 2
    await vote(bob, comment_id, -1)
    assert (await alice.history())[0].revision == 2


async def test_counts_are_exact_when_many_vote_at_once_by_two_hubs(
    redis_server: Redis, start_hub: StartHub, join: Join, connection_string: str
) -> None:
    hubs = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    author = await join(hubs[0], "author")
    names = [f"voter{number}" for number in range(12)]
    people = [
        await join(hubs[number % 2], name, token=await account_for(hubs[0], name)) for number, name in enumerate(names)
    ]
    comment_id = await said(author)

    # The last vote of a round is the one that may count too little, so there are many rounds.
    for values in itertools.islice(itertools.cycle(((1, -1, 1), (-1, 0, 1), (0, 1, -1))), ROUNDS):
        chatter = asyncio.gather(*(author.post(f"meanwhile {number}") for number in range(3)))
        votes = [vote(person, comment_id, values[number % 3]) for number, person in enumerate(people)]
        assert all(isinstance(answer, tuple) for answer in await asyncio.gather(*votes))
        assert all(post["ok"] for post in await chatter)
        message = next(one for one in await author.history() if one.comment_id == comment_id)
        assert (message.up, message.down) == (4 * values.count(1), 4 * values.count(-1))
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        rows = [row["value"] async for row in tables.get_table_client("votes").list_entities()]
    assert sorted(rows) == [-1] * 4 + [1] * 8


async def test_what_cannot_be_voted_on_is_refused_by_name(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    comment_id = await said(alice, "@EchoBot hello")
    thinking = (await engine.thinks()).comment_id
    assert await vote(bob, thinking, 1) == "conflict"
    assert await vote(alice, comment_id, 1) == "forbidden"
    assert await vote(bob, 12345, 1) == "not_found"
    assert await vote(bob, comment_id, 2) == "bad_request"
    assert await vote(await join(hub, "guest"), comment_id, 1) == "forbidden"
    await alice.call("DeleteMessage", channel=HOME, commentId=comment_id)
    assert await vote(bob, comment_id, 1) == "conflict"
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        assert [row async for row in tables.get_table_client("votes").list_entities()] == []


@pytest.mark.parametrize("forged", [{"sender": "alice"}, {"isGuest": False}, {"up": 9}])
async def test_a_vote_is_by_whom_the_token_says(hub: str, alice: Client, join: Join, forged: dict[str, object]) -> None:
    comment_id = await said(alice)
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    answer = await bob.call("Vote", channel=HOME, commentId=comment_id, value=1, **forged)
    assert answer["error"]["code"] == "bad_request"


async def test_people_vote_on_a_bots_answer_to_themselves(alice: Client, engine: EngineSide) -> None:
    await said(alice, "@EchoBot hello")
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 1)
    assert await vote(alice, alice.answers()[0].comment_id, 1) == (1, 0)
