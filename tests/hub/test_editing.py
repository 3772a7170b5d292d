"""What changing a message promises: its author's words alone, and the old ones are nowhere any more."""

import asyncio

from tests.client import HOME, Client
from tests.hub.conftest import EngineSide, Join, finished, progress
from tests.hub.rooms import account, rows_with, told

SECRET = "my secret recipe"


async def edit(person: Client, comment_id: int, text: str, **more: object) -> object:
    return await told(person, "EditMessage", HOME, commentId=comment_id, text=text, **more)


async def asked(alice: Client, text: str) -> tuple[int, int]:
    posted = await alice.post(text)
    return posted["message"]["commentId"], posted["answers"][0]["commentId"]


async def test_an_author_changes_the_words_and_everybody_sees_that(hub: str, alice: Client, join: Join) -> None:
    bob = await account(hub, join, "Bob")
    first = (await alice.post("hens", topic="Birds"))["message"]
    answer = await alice.call("EditMessage", channel=HOME, commentId=first["commentId"], text="  hens, I mean ")
    assert answer["message"]["text"] == "hens, I mean"
    await bob.until(lambda person: person.messages[first["commentId"]].edited_at is not None)
    (held,) = await bob.history()
    assert (held.text, held.topic, held.sent_at, held.revision) == ("hens, I mean", "Birds", first["sentAt"], 2)
    assert held == bob.messages[first["commentId"]]


async def test_nobody_else_changes_them_not_even_an_owner(hub: str, alice: Client, join: Join) -> None:
    bob, guest = await account(hub, join, "Bob"), await join(hub, "wanderer")
    mine = (await alice.post("hens"))["message"]["commentId"]
    for person in (bob, guest):
        assert await edit(person, mine, "roosters") == "forbidden"
    assert (await bob.call("CreateChannel", name="BobsRoom"))["ok"]
    await alice.join("BobsRoom")
    theirs = (await alice.post("hens", channel="BobsRoom"))["message"]["commentId"]
    assert await told(bob, "EditMessage", "BobsRoom", commentId=theirs, text="roosters") == "forbidden"
    assert await told(alice, "EditMessage", "BobsRoom", commentId=mine, text="roosters") == "not_found"


async def test_what_cannot_be_changed_is_refused_by_name(alice: Client, engine: EngineSide) -> None:
    question, answer = await asked(alice, "@EchoBot hello")
    await engine.thinks()
    assert await edit(alice, answer, "I am a bot") == "forbidden"
    assert await edit(alice, 12345, "x") == "not_found"
    assert await edit(alice, question, "  ") == "empty_text"
    assert await edit(alice, question, "x" * 40_001) == "text_too_long"
    await told(alice, "DeleteMessage", HOME, commentId=question)
    assert await edit(alice, question, "back again") == "conflict"


async def test_a_change_of_what_one_did_not_see_is_a_conflict(alice: Client) -> None:
    mine = (await alice.post("hens"))["message"]
    answers = await asyncio.gather(
        *(edit(alice, mine["commentId"], text, revision=mine["revision"]) for text in ("one", "two"))
    )
    assert sorted(map(str, answers)) == ["True", "conflict"]


async def test_a_client_id_sent_again_changes_nothing_more(alice: Client) -> None:
    mine = (await alice.post("hens"))["message"]
    again = {"clientId": "the-same-one", "revision": mine["revision"]}
    assert await edit(alice, mine["commentId"], "one", **again) is True
    assert await edit(alice, mine["commentId"], "two") is True
    answer = await alice.call("EditMessage", channel=HOME, commentId=mine["commentId"], text="one", **again)
    assert (answer["message"]["text"], answer["message"]["revision"]) == ("two", 3)
    # The same text again is no change.
    assert await edit(alice, mine["commentId"], "two") is True
    assert (await alice.history())[0].revision == 3
    # What a post used is not what an edit uses.
    posted = await alice.post("new", clientId="the-same-one")
    assert posted["message"]["commentId"] != mine["commentId"]


async def test_no_prompt_beneath_keeps_the_old_words_whether_it_came_before_or_after(
    alice: Client, engine: EngineSide, connection_string: str
) -> None:
    root, first = await asked(alice, f"@EchoBot {SECRET}")
    job = await engine.thinks()
    await engine.events.send([finished(job, "Nice.").model_copy(update={"prompt": f"given: {SECRET}"})])
    await alice.until(lambda person: len(person.answers()) == 1)
    await alice.post("@EchoBot and then?", parentId=first)
    job = await engine.thinks()
    await engine.events.send([progress(job, "so", 1)])
    assert await edit(alice, root, "@EchoBot never mind") is True
    await engine.events.send([finished(job, "Then?").model_copy(update={"prompt": f"given: {SECRET}"})])
    await alice.until(lambda person: len(person.answers()) == 2)
    assert await rows_with(SECRET, connection_string) == []
    # What is asked after the change may tell what it was made from.
    await alice.post("@EchoBot and now?", parentId=first)
    job = await engine.thinks()
    await engine.events.send([finished(job, "Now.").model_copy(update={"prompt": "given: never mind"})])
    await alice.until(lambda person: len(person.answers()) == 3)
    assert [one.prompt for one in await alice.history() if one.is_bot] == [None, None, "given: never mind"]
