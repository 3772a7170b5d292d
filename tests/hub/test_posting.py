"""What a post promises."""

import asyncio

import pytest

from contracts.wire import TEXT_LIMIT
from tests.client import HOME, Client
from tests.hub.conftest import EngineSide, Join, finished


def echo_is_awake(person: Client) -> bool:
    return person.is_awake("EchoBot")


async def test_a_message_reaches_everyone_in_the_channel_and_its_answer_replaces_the_placeholder(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice, bob = await join(hub), await join(hub, "bob")
    await engine.wake()
    await bob.until(echo_is_awake)
    posted = await alice.post("@EchoBot hello there")
    assert posted["ok"], posted
    lease, job = await engine.next_job()
    assert job.request == "hello there"
    await engine.events.send([finished(job)])
    await lease.delete()
    await bob.until(lambda person: len(person.answers()) == 1)
    answer = bob.answers()[0]
    assert (answer.text, answer.sender, answer.comment_id) == ("hello there", "EchoBot", job.comment_id)
    assert await bob.history() == sorted(bob.messages.values(), key=lambda message: message.comment_id)


async def test_a_client_id_sent_three_times_makes_one_message_and_one_job(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice = await join(hub)
    await engine.wake()
    await alice.until(echo_is_awake)
    posts = await asyncio.gather(*(alice.post("@EchoBot once", clientId="the-same-one") for _ in range(2)))
    posts.append(await alice.post("@EchoBot once", clientId="the-same-one"))
    assert len({post["message"]["commentId"] for post in posts}) == 1
    assert [len(post["answers"]) for post in posts] == [1, 1, 1]
    await engine.next_job()
    assert await engine.jobs.receive(32, 30) == []
    assert len(await alice.history()) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty_text"), (" \n ", "empty_text"), ("x" * (TEXT_LIMIT + 1), "text_too_long")],
    ids=["nothing", "blank", "too long"],
)
async def test_a_text_that_cannot_be_posted_is_refused_by_name(hub: str, join: Join, text: str, code: str) -> None:
    alice = await join(hub)
    answer = await alice.post(text)
    assert (answer["ok"], answer["error"]["code"]) == (False, code)
    assert await alice.history() == []


@pytest.mark.parametrize(
    "text",
    ["x", "x" * TEXT_LIMIT, "🐔" * TEXT_LIMIT, "שלום עולם ‏🎨", "<script>alert(1)</script> & <b>", "a\u0000\u0007b"],
    ids=["one", "the longest", "the longest in emoji", "right to left", "html", "control characters"],
)
async def test_a_text_is_stored_as_it_was_sent(hub: str, join: Join, engine: EngineSide, text: str) -> None:
    alice = await join(hub)
    await engine.wake()
    await alice.until(echo_is_awake)
    posted = await alice.post(text, topic="<i>topic</i>", bot="EchoBot")
    assert posted["ok"], posted
    _, job = await engine.next_job()
    assert (job.thread[-1].text, job.title) == (text, "<i>topic</i>")
    assert [(one.text, one.topic) for one in await alice.history()] == [(text, "<i>topic</i>"), ("", "<i>topic</i>")]


async def test_a_channel_that_is_no_name_is_refused(hub: str, join: Join) -> None:
    alice = await join(hub)
    answer = await alice.post("hello", channel="<script>")
    assert answer["error"]["code"] == "bad_request"
    answer = await alice.post("hello", channel="Nowhere")
    assert answer["error"]["code"] == "unknown_channel"


async def test_the_sender_is_who_the_token_says(hub: str, join: Join) -> None:
    alice = await join(hub)
    answer = await alice.call("ReceiveMessage", channel=HOME, text="hi", clientId="abcdefgh", sender="bob", isBot=True)
    assert answer["error"]["code"] == "bad_request"
    posted = await alice.post("hi")
    assert posted["message"]["sender"] == "alice"
    assert posted["message"]["isBot"] is False


async def test_a_reply_carries_its_ancestors_to_the_bot(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await engine.wake()
    await alice.until(echo_is_awake)
    root = await alice.post("first", topic="Hens")
    reply = await alice.post("second", parentId=root["message"]["commentId"])
    await alice.post("@EchoBot third", parentId=reply["message"]["commentId"])
    _, job = await engine.next_job()
    assert [turn.text for turn in job.thread] == ["first", "second", "@EchoBot third"]
    assert job.title == "Hens"


async def test_a_reply_to_nothing_is_refused_and_leaves_no_trace(hub: str, join: Join) -> None:
    alice = await join(hub)
    answer = await alice.post("hello?", parentId=12345)
    assert answer["error"]["code"] == "not_found"
    assert (await alice.post("fine"))["message"]["revision"] == 1


async def test_several_bots_may_be_asked_at_once_and_an_unknown_choice_is_refused(
    hub: str, join: Join, engine: EngineSide
) -> None:
    alice = await join(hub)
    await engine.wake()
    await alice.until(echo_is_awake)
    assert (await alice.post("hi", bot="Nobody"))["error"]["code"] == "unknown_bot"
    posted = await alice.post("hi @echobot and @Nobody")
    assert [answer["sender"] for answer in posted["answers"]] == ["EchoBot"]
    assert (await alice.post("hi all"))["answers"] == []


async def test_with_the_engine_off_the_answer_waits_and_comes_later(hub: str, join: Join, engine: EngineSide) -> None:
    alice = await join(hub)
    await engine.wake()
    await alice.until(echo_is_awake)
    await engine.wake(leaving=True)
    await alice.until(lambda person: not echo_is_awake(person))
    posted = await alice.post("@EchoBot are you there?")
    assert posted["answers"][0]["isThinking"] is True
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 1)
