"""Bots that talk without being asked: off is off, people come first, it ends by itself, two hubs say it once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from contracts.bots import BotCard
from contracts.storage import open_storage
from hub.chatter import chatter
from hub.chatter.rules import Level, Rules
from hub.chatter.speech import LONG_QUEUE
from hub.log.tables import open_tables
from hub.talk import sweep
from tests.client import HOME, Client
from tests.hub.chattering import Room
from tests.hub.conftest import EngineSide, Join, StartHub, failed, finished

HEN = BotCard(name="HenBot", kind="echo", model="echo", subreddit=HOME)
DUCK = HEN.model_copy(update={"name": "DuckBot"})
LOUD = Level(scale=10, remarks_an_hour=100, posts_a_day=1, shortest_delay_s=0, longest_delay_s=0)
RULES = Rules(base=1, longest_chain=3, lively=LOUD)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatter, "EVERY_S", 0.02)
    monkeypatch.setattr(sweep, "EVERY_S", 0.1)


@pytest_asyncio.fixture
async def room(connection_string: str) -> AsyncIterator[Room]:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        yield Room(tables)


async def arrive(address: str, join: Join, engine: EngineSide, *bots: BotCard) -> Client:
    alice = await join(address)
    await engine.wake(*bots)
    await alice.until(lambda person: all(person.is_awake(bot.name) for bot in bots))
    return alice


async def test_where_chatter_is_off_bots_speak_only_when_they_are_asked(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("off")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN, DUCK)
    before = await room.talk()
    await alice.post("Who likes corn?")
    await alice.post("@HenBot do you?")
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 1)
    assert [message.sender for message in await alice.history()] == ["alice", "alice", "HenBot"]
    assert await room.talk() == before


async def test_two_bots_that_answer_everything_end_by_themselves(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN, DUCK)
    answering = asyncio.create_task(engine.answer_everything())
    await alice.post("Who likes corn?")
    await alice.until(lambda person: len(person.answers()) == 2 * RULES.longest_chain)
    await room.until_quiet()
    answering.cancel()
    messages = {message.comment_id: message for message in await alice.history()}
    assert len(messages) == 1 + 2 * RULES.longest_chain
    for message in messages.values():
        parent = messages.get(message.parent_id or 0)
        assert parent is None or parent.sender != message.sender


async def test_a_budget_bounds_what_bots_say_within_an_hour(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    thrifty = RULES.model_copy(update={"lively": LOUD.model_copy(update={"remarks_an_hour": 2})})
    alice = await arrive(await start_hub(hub_chatter=thrifty), join, engine, HEN, DUCK)
    answering = asyncio.create_task(engine.answer_everything())
    await alice.post("Who likes corn?")
    await alice.until(lambda person: len(person.answers()) == 2)
    while not (await room.talk()).planned:  # noqa: ASYNC110  a row tells nobody that it changed
        await asyncio.sleep(0.02)
    answering.cancel()
    assert len((await room.talk()).spoken_at) == 2


async def test_a_persons_question_goes_before_what_bots_have_to_say(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN)
    asked = await alice.post("@HenBot what is for dinner?")
    await alice.post("Who likes corn?")
    while not (await room.talk()).planned:  # noqa: ASYNC110  a row tells nobody that it changed
        await asyncio.sleep(0.02)
    question = await engine.thinks()
    assert (question.comment_id, question.is_chatter) == (asked["answers"][0]["commentId"], False)
    assert [message.is_thinking for message in await alice.history() if message.is_bot] == [True]
    await engine.events.send([finished(question)])
    remark = await engine.thinks()
    assert (remark.is_chatter, remark.thread[-1].text) == (True, "Who likes corn?")


async def test_bots_are_silent_while_a_queue_is_long(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN)
    await alice.post("@HenBot hello")
    lease, job = await engine.next_job()
    await engine.events.send([finished(job)])
    await lease.delete()
    await alice.until(lambda person: len(person.answers()) == 1)
    for _ in range(LONG_QUEUE + 1):
        await engine.jobs.send([job.model_copy(update={"bot": "FarBot"})])
    await alice.post("Who likes corn?")
    while not (await room.talk()).planned:  # noqa: ASYNC110  a row tells nobody that it changed
        await asyncio.sleep(0.02)
    assert len([message for message in await alice.history() if message.is_bot]) == 1
    await engine.jobs.client.clear_messages()
    assert (await engine.thinks()).is_chatter


async def test_what_is_said_while_a_bot_sleeps_is_never_answered(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN)
    await engine.wake(HEN, leaving=True)
    await alice.until(lambda person: not person.is_awake("HenBot"))
    await alice.post("Who likes corn?")
    await room.until_quiet()
    await engine.wake(HEN)
    await alice.until(lambda person: person.is_awake("HenBot"))
    await alice.post("Who likes rain?")
    remark = await engine.thinks()
    assert [turn.text for turn in remark.thread] == ["Who likes rain?"]
    await room.until_quiet()
    assert len(await alice.history()) == 3


async def test_two_hubs_let_a_bot_answer_each_message_once(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    hubs = [await start_hub(hub_chatter=RULES) for _ in range(2)]
    alice = await arrive(hubs[0], join, engine, HEN)
    bob = await join(hubs[1], "bob")
    answering = asyncio.create_task(engine.answer_everything())
    posted = [await person.post(f"corn {number}") for number in range(3) for person in (alice, bob)]
    wanted = {post["message"]["commentId"] for post in posted}
    # Without Redis only the table tells what the other hub did.
    while {one.parent_id for one in await alice.history() if one.is_bot} != wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await room.until_quiet()
    answering.cancel()
    answers = Counter(message.parent_id for message in await alice.history() if message.is_bot)
    assert answers == dict.fromkeys(wanted, 1)


async def test_a_remark_that_fails_leaves_no_words_behind(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively")
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN)
    await alice.post("Who likes corn?")
    await engine.events.send([failed(await engine.thinks())])
    await alice.until(lambda person: len(person.answers()) == 1)
    (left,) = alice.answers()
    assert left.deleted_at is not None
    assert (left.text, left.error is not None) == ("", True)


async def test_a_channels_bot_posts_by_itself_when_its_time_has_come(
    room: Room, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    await room.open("lively", bot="HenBot", next_post_at=0)
    alice = await arrive(await start_hub(hub_chatter=RULES), join, engine, HEN)
    job = await engine.thinks()
    assert (job.is_post, job.is_chatter, job.title) == (True, True, "")
    done = finished(job, "I laid an egg today.").model_copy(update={"topic": "An egg!"})
    await engine.events.send([done])
    await alice.until(lambda person: len(person.answers()) == 1)
    (post,) = await alice.history()
    assert (post.sender, post.topic, post.text, post.parent_id) == ("HenBot", "An egg!", "I laid an egg today.", None)
    assert (await room.talk()).next_post_at > post.sent_at
