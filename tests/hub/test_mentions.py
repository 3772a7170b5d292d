"""Whom a message calls: accounts by name, once, and only who may read it."""

from typing import Any

from contracts.bots import BotCard
from tests.client import HOME, Client
from tests.hub.conftest import ECHO, Command, EngineSide, Join
from tests.hub.rooms import ROOM, account, bring, card, create, everything_heard, said, told


def calls(person: Client) -> list[str]:
    return [data["message"]["text"] for event, data in person.others if event == "Mentioned"]


async def test_accounts_are_called_as_they_are_registered_and_others_are_not(
    hub: str, alice: Client, join: Join
) -> None:
    bob, _ = await account(hub, join, "Bob"), await join(hub, "wanderer")
    text = "@bob @BOB @alice @wanderer @nobody @EchoBot mail@bob.example see"
    posted = await alice.post(text)
    assert posted["message"]["mentions"] == ["Bob"]
    await bob.until(lambda person: bool(calls(person)))
    await everything_heard(bob, alice)
    assert calls(bob) == [text]
    assert calls(alice) == []


async def test_the_same_post_again_calls_nobody_again_and_an_edit_calls_nobody(
    hub: str, alice: Client, join: Join
) -> None:
    bob, carol = await account(hub, join, "Bob"), await account(hub, join, "Carol")
    posts = [await alice.post("@Bob hello", clientId="the-same-one") for _ in range(3)]
    (posted,) = {one["message"]["commentId"] for one in posts}
    edit = {"commentId": posted, "text": "@Carol hello"}
    answer = await alice.call("EditMessage", channel=HOME, **edit)
    assert answer["message"]["mentions"] == []
    for person in (bob, carol):
        await everything_heard(person, alice)
    assert (calls(bob), calls(carol)) == (["@Bob hello"], [])


async def test_one_message_calls_eight_at_the_most(hub: str, alice: Client, join: Join) -> None:
    bob = await account(hub, join, "Bob")
    nobodies = " ".join(f"@nobody{number}" for number in range(8))
    assert (await alice.post(f"{nobodies} @Bob"))["message"]["mentions"] == []
    assert (await alice.post(f"{nobodies[:-10]} @Bob"))["message"]["mentions"] == ["Bob"]
    await bob.until(lambda person: bool(calls(person)))


async def test_who_may_not_read_is_not_called(hub: str, join: Join) -> None:
    alice, bob, carol = [await account(hub, join, name) for name in ("alice", "bob", "carol")]
    await create(alice)
    await bring(alice, bob)
    # In another channel than the one that one looks at.
    await told(bob, "Disconnect")
    await said(alice, "@bob @carol come here")
    await bob.until(lambda person: bool(calls(person)))
    await everything_heard(carol, alice)
    assert calls(carol) == []
    await create(alice, "public", "Outside1")
    await told(alice, "Ban", "Outside1", name="carol")
    await said(alice, "@carol gone", "Outside1")
    await everything_heard(carol, alice)
    assert calls(carol) == []


async def test_whose_account_is_closed_is_not_called_and_keeps_a_role(hub: str, join: Join, command: Command) -> None:
    alice, bob = [await account(hub, join, name) for name in ("alice", "bob")]
    await create(alice)
    await bring(alice, bob)
    assert await told(alice, "SetRole", name="bob", role="moderator") is True
    await command("lock", "bob")
    assert (await alice.post("@bob hello", channel=ROOM))["message"]["mentions"] == []
    assert await told(alice, "SetRole", name="bob", role="member") is True


async def test_a_channel_restricts_who_of_the_bots_answers(alice: Client, engine: EngineSide) -> None:
    other = BotCard(name="OtherBot", kind="echo", model="echo")
    await engine.wake(ECHO, other)
    await alice.until(lambda person: person.is_awake("OtherBot"))
    await create(alice, "public", bots=["echobot"], bot="EchoBot")

    async def answering(text: str, **more: Any) -> object:
        posted = await alice.post(text, channel=ROOM, **more)
        return [one["sender"] for one in posted["answers"]] if posted["ok"] else posted["error"]["code"]

    assert await answering("hello") == ["EchoBot"]
    assert await answering("@OtherBot hello") == []
    assert await answering("@OtherBot @EchoBot hello") == ["EchoBot"]
    assert await answering("hello", bot="OtherBot") == "forbidden"
    assert await answering("hello", bot="EchoBot") == ["EchoBot"]
    posted = await alice.post("@EchoBot again", channel=ROOM)
    await engine.answer_next()
    await told(alice, "ChangeChannel", version=0, bot=None, bots=[])
    assert await answering("hello") == []
    assert await answering("@EchoBot hello") == []
    answer = posted["answers"][0]["commentId"]
    await told(alice, "StopThinking", commentId=answer)
    assert await told(alice, "Regenerate", commentId=answer) == "forbidden"
    assert (await card(alice))["channel"]["bots"] == []
