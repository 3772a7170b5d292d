"""The HTTP API does what the sockets do, by the same rules."""

import asyncio

from tests.client import HOME, Client, account_for
from tests.hub.api_client import program
from tests.hub.conftest import EngineSide, Join, StartHub

POSTS = f"/api/channels/{HOME}/messages"


async def test_a_conversation_over_http_is_the_one_that_the_sockets_hear(
    hub: str, alice: Client, engine: EngineSide
) -> None:
    async with program(hub, alice.token) as one, program(hub, await account_for(hub, "bob")) as two:
        made = await one.ask("POST", POSTS, json={"text": "@EchoBot hello", "clientId": "abcdefgh"})
        assert made.status == 201
        asked, answer = made.body["message"], made.body["answers"][0]
        assert made.headers["Location"] == f"{POSTS}/{asked['commentId']}"
        assert (await one.ask("GET", made.headers["Location"])).body["message"] == asked
        again = await one.ask("POST", POSTS, json={"text": "@EchoBot hello", "clientId": "abcdefgh"})
        assert again.body["message"]["commentId"] == asked["commentId"]
        await engine.answer_next()
        await alice.until(lambda heard: bool(heard.answers()))
        place = f"{POSTS}/{answer['commentId']}"
        assert (await two.ask("PUT", f"{place}/vote", json={"value": 1})).body == {"ok": True, "up": 1, "down": 0}
        second = await one.ask("POST", f"{place}/regenerations")
        assert (second.status, len(second.body["answers"])) == (201, 1)
        assert (await one.ask("POST", f"{second.headers['Location']}/stop")).status == 200
        assert (await two.ask("DELETE", f"{POSTS}/{asked['commentId']}")).status == 403
        assert (await one.ask("DELETE", f"{POSTS}/{asked['commentId']}")).status == 200
        page = (await two.ask("GET", POSTS)).body
        await alice.until(lambda heard: len(heard.messages) == 3)
        assert page["messages"] == [message.model_dump(mode="json") for message in await alice.history()]


async def test_a_page_that_the_client_holds_is_not_sent_again(hub: str, alice: Client) -> None:
    await alice.post("one")
    async with program(hub, alice.token) as one:
        first = await one.ask("GET", POSTS)
        assert "private" in first.headers["Cache-Control"]
        held = {"If-None-Match": f'W/"other", {first.headers["ETag"]}'}
        assert (await one.ask("GET", POSTS, headers=held)).status == 304
        await alice.post("two")
        assert (await one.ask("GET", POSTS, headers=held)).status == 200
        head = await one.ask("HEAD", POSTS)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["ETag"] == (await one.ask("GET", POSTS)).headers["ETag"]
        assert (await one.ask("POST", POSTS, json={})).headers["Cache-Control"] == "no-store"


async def test_cursors_and_links_lead_through_the_whole_history(hub: str, alice: Client) -> None:
    await asyncio.gather(*(alice.post(f"number {number}") for number in range(7)))
    everything = [message.comment_id for message in await alice.history()]
    async with program(hub, alice.token) as one:
        by_cursor: list[int] = []
        path: str | None = f"{POSTS}?limit=3"
        while path is not None:
            page = await one.ask("GET", path)
            by_cursor = [message["commentId"] for message in page.body["messages"]] + by_cursor
            cursor = page.body["nextCursor"]
            path = f"{POSTS}?limit=3&cursor={cursor}" if cursor else None
            link = page.headers.get("Link")
            assert (link is None) == (cursor is None)
            if link is not None and path is not None:
                linked = await one.ask("GET", link.partition(">")[0].removeprefix("<"))
                assert linked.body == (await one.ask("GET", path)).body
        assert by_cursor == everything
        changed = (await one.ask("GET", f"{POSTS}?after=5")).body
        assert [message["revision"] for message in changed["messages"]] == [6, 7]
        before = (await one.ask("GET", f"{POSTS}?before={everything[2]}")).body
        assert [message["commentId"] for message in before["messages"]] == everything[:2]


async def test_channels_bots_and_the_own_account_are_listed(hub: str, alice: Client) -> None:
    async with program(hub, alice.token) as one, program(hub) as nobody:
        cards = (await one.ask("GET", "/api/channels")).body["channels"]
        assert (await one.ask("GET", f"/api/channels/{HOME.lower()}")).body in cards
        assert (await nobody.ask("GET", "/api/channels")).status == 401
        assert [bot["card"]["name"] for bot in (await nobody.ask("GET", "/api/bots")).body["bots"]] == ["EchoBot"]
        assert (await nobody.ask("GET", "/api/bots/echobot")).body["awake"] is True
        assert (await nobody.ask("GET", "/api/bots/nobody")).code == "unknown_bot"
        assert (await one.ask("GET", "/api/account")).body["name"] == "alice"


async def test_one_message_is_current_on_every_hub(start_hub: StartHub) -> None:
    first, second = await start_hub(), await start_hub()
    token = await account_for(first, "alice")
    async with program(first, token) as one, program(second, token) as two:
        made = await one.ask("POST", POSTS, json={"text": "hello", "clientId": "abcdefgh"})
        place = made.headers["Location"]
        assert (await two.ask("GET", place)).body["message"]["text"] == "hello"
        assert (await two.ask("GET", POSTS)).status == 200
        await one.ask("DELETE", place)
        assert (await two.ask("GET", place)).body["message"]["text"] == ""


async def test_who_is_here_and_who_writes_is_told_over_http_too(hub: str, join: Join) -> None:
    alice = await join(hub)
    async with program(hub, await account_for(hub, "bob")) as bob:
        assert (await bob.ask("GET", f"/api/channels/{HOME}/presence")).body["present"] == ["alice"]
        assert (await bob.ask("PUT", f"/api/channels/{HOME}/typing")).status == 200
    await alice.until(lambda heard: ("Typing", {"channel": HOME, "sender": "bob"}) in heard.others)
