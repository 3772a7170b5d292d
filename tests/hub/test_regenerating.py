"""What another answer promises: a sibling of the first, made from the same thread, as durable as a post."""

import asyncio
from typing import Any

import pytest

from hub.talk import regenerating
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, failed, finished


async def answered(alice: Client, engine: EngineSide, text: str = "first", **more: Any) -> int:
    """The id of a finished answer."""
    posted = await alice.post("@EchoBot tell me", **more)
    job = await engine.thinks()
    await engine.events.send([finished(job, text)])
    await until_done(alice, job.comment_id)
    return int(posted["answers"][0]["commentId"])


async def until_done(alice: Client, comment_id: int) -> None:
    await alice.until(lambda person: comment_id in person.messages and not person.messages[comment_id].is_thinking)


async def again(person: Client, comment_id: int, **more: Any) -> dict[str, Any]:
    return await person.call("Regenerate", channel=HOME, commentId=comment_id, **more)


async def test_another_answer_is_a_sibling_from_the_same_thread(alice: Client, engine: EngineSide) -> None:
    root = (await alice.post("root", topic="Hens"))["message"]["commentId"]
    first = await answered(alice, engine, parentId=root)
    second = (await again(alice, first))["answers"][0]["commentId"]
    job = await engine.thinks()
    assert [turn.text for turn in job.thread] == ["root", "@EchoBot tell me"]
    assert (job.comment_id, job.bot, job.title) == (second, "EchoBot", "Hens")
    await engine.events.send([failed(job)])
    await until_done(alice, second)
    third = (await again(alice, second))["answers"][0]["commentId"]
    await engine.events.send([finished(await engine.thinks(), "third")])
    await until_done(alice, third)
    siblings = (await alice.history())[2:]
    assert [(one.comment_id, one.alternative_of) for one in siblings] == [
        (first, None),
        (second, first),
        (third, first),
    ]
    assert len({one.parent_id for one in siblings}) == 1
    assert [one.text for one in siblings] == ["first", "", "third"]


async def test_it_is_asked_for_as_the_first_was_but_not_with_its_seed(alice: Client, engine: EngineSide) -> None:
    first = await answered(alice, engine, parameters={"temperature": 0.5, "seed": 7})
    await again(alice, first)
    parameters = (await engine.thinks()).parameters
    assert (parameters.temperature, parameters.seed) == (0.5, None)


async def test_a_client_id_sent_three_times_makes_one_more_answer(alice: Client, engine: EngineSide) -> None:
    first = await answered(alice, engine)
    told = await asyncio.gather(*(again(alice, first, clientId="the-same-one") for _ in range(2)))
    told.append(await again(alice, first, clientId="the-same-one"))
    assert len({one["answers"][0]["commentId"] for one in told}) == 1
    await engine.next_job()
    assert await engine.jobs.receive(32, 30) == []
    assert len(await alice.history()) == 3


async def test_there_is_a_limit_and_a_repeated_call_is_none_too_many(
    alice: Client, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regenerating, "MOST_ANSWERS", 3)
    first = await answered(alice, engine)
    tries = await asyncio.gather(*(again(alice, first, clientId=f"client-{number}") for number in range(5)))
    assert [one["ok"] for one in tries] == [True, True, False, False, False]
    assert tries[-1]["error"]["code"] == "conflict"
    assert (await again(alice, first, clientId="client-1"))["answers"] == tries[1]["answers"]
    assert len(await alice.history()) == 4


async def test_what_cannot_be_answered_again_is_refused_by_name(
    hub: str, alice: Client, join: Join, engine: EngineSide
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    posted = await alice.post("@EchoBot hello")
    question, answer = posted["message"]["commentId"], posted["answers"][0]["commentId"]
    assert (await again(alice, answer))["error"]["code"] == "conflict"
    await engine.answer_next()
    await until_done(alice, answer)
    assert (await again(bob, answer))["error"]["code"] == "forbidden"
    assert (await again(alice, question))["error"]["code"] == "not_found"
    assert (await again(alice, 12345))["error"]["code"] == "not_found"
    await alice.call("DeleteMessage", channel=HOME, commentId=question)
    assert (await again(alice, answer))["error"]["code"] == "conflict"
    assert len(await alice.history()) == 2


def shown(person: Client, first: int) -> int | None:
    return person.messages[first].shown


async def choose(person: Client, comment_id: int) -> object:
    answer = await person.call("ChooseAnswer", channel=HOME, commentId=comment_id)
    return answer["message"]["shown"] if answer["ok"] else answer["error"]["code"]


async def several(alice: Client, engine: EngineSide, number: int) -> list[int]:
    """The ids of the finished answers to one question, the first one first."""
    first = await answered(alice, engine)
    others = []
    for _ in range(number - 1):
        others.append((await again(alice, first))["answers"][0]["commentId"])
        await engine.answer_next()
        await until_done(alice, others[-1])
    return [first, *others]


async def test_the_newest_answer_is_shown_until_who_asked_chooses(
    hub: str, alice: Client, join: Join, engine: EngineSide
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    first, second, third = await several(alice, engine, 3)
    assert shown(alice, first) == third
    reply = (await bob.post("I like that", parentId=third))["message"]
    assert await choose(bob, second) == "forbidden"
    assert await choose(alice, reply["commentId"]) == "not_found"
    assert [await choose(alice, one) for one in (second, first, first)] == [second, first, first]
    await bob.until(lambda person: shown(person, first) == first)
    held = {one.comment_id: one for one in await bob.history()}
    assert held == bob.messages
    # All are there, and so is the reply to the one that is hidden.
    assert {first, second, third, reply["commentId"]} <= held.keys()
    assert held[reply["commentId"]].parent_id == third


async def test_when_the_shown_answer_is_deleted_the_newest_other_is_shown(alice: Client, engine: EngineSide) -> None:
    first, second, third = await several(alice, engine, 3)
    for gone, then in ((third, second), (second, first), (first, first)):
        assert (await alice.call("DeleteMessage", channel=HOME, commentId=gone))["ok"]
        assert {one.comment_id: one.shown for one in await alice.history()}[first] == then
    assert await choose(alice, second) == "conflict"
