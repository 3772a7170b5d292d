"""Streams of server-sent events: what they tell equals what the table holds, whatever was lost on the way."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from contracts.calls import LARGEST_PAGE
from hub.live.listening import Ear, Listeners, ListeningEndedError
from hub.settings import Settings
from infra.azurite import Azurite
from tests.client import HOME, Client, account_for
from tests.hub.api_client import program
from tests.hub.conftest import EngineSide, Join, StartHub, finished, progress, running_hub
from tests.hub.event_stream import Stream, stream
from tests.hub.rooms import ROOM, account, bring, create, said, told
from tests.services import Redis

CHANNEL = f"/api/channels/{HOME}"
EVENTS = f"{CHANNEL}/events"
ROOM_EVENTS = f"/api/channels/{ROOM}/events"


def revisions(heard: Stream) -> list[int]:
    return [message["revision"] for message in heard.messages()]


async def test_a_stream_tells_everything_in_order_and_goes_on_where_it_broke(hub: str, alice: Client) -> None:
    await alice.post("before anybody listened")
    async with stream(hub, EVENTS, alice.token) as first:
        assert first.response.headers["Content-Type"].startswith("text/event-stream")
        assert first.response.headers["Cache-Control"] == "no-store"
        await first.until(lambda one: len(one.heard) == 2)
        assert [event.name for event in first.heard] == ["presence", "bots"]
        assert first.last == "1"
        await alice.call("Typing", channel=HOME)
        await asyncio.gather(*(alice.post(f"number {number}") for number in range(5)))
        await first.until(lambda one: len(one.messages()) == 5)
        assert revisions(first) == [2, 3, 4, 5, 6]
        assert "typing" in {event.name for event in first.heard}
    await asyncio.gather(*(alice.post(f"unheard {number}") for number in range(3)))
    async with stream(hub, EVENTS, alice.token, last="4") as again:
        await again.until(lambda one: len(one.messages()) == 5)
        assert revisions(again) == [5, 6, 7, 8, 9]
        await alice.post("heard again")
        await again.until(lambda one: one.last == "10")
    async with stream(hub, f"{EVENTS}?lastEventId=9", alice.token) as browser:
        await browser.until(lambda one: revisions(one) == [10])


async def test_who_missed_more_than_a_page_or_comes_from_the_future_loads_afresh(
    start_hub: StartHub, join: Join
) -> None:
    hub = await start_hub(hub_limit_posts="off")
    alice = await join(hub, token=await account_for(hub, "alice"))
    for _ in range(3):
        await asyncio.gather(*(alice.post(f"number {number}") for number in range(LARGEST_PAGE // 3 + 1)))
    for last in ("9999", "0"):
        async with stream(hub, EVENTS, alice.token, last=last) as heard:
            await heard.until(lambda one: one.heard[-1:] != [] and one.heard[-1].name == "reset")
            assert heard.heard[-1].data == {"channel": HOME, "revision": 3 * (LARGEST_PAGE // 3 + 1)}
            assert heard.messages() == []


async def test_a_broadcast_that_was_lost_is_read_from_the_table(
    redis_server: Redis, start_hub: StartHub, join: Join
) -> None:
    hubs = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    alice = await join(hubs[0], token=await account_for(hubs[0], "alice"))
    async with stream(hubs[1], EVENTS, alice.token) as heard:
        await alice.post("one")
        await heard.until(lambda one: revisions(one) == [1])
        redis_server.stop()
        await alice.post("two")
        await heard.until(lambda one: revisions(one) == [1, 2])


async def test_a_question_streams_its_answers_until_all_have_ended(hub: str, alice: Client, engine: EngineSide) -> None:
    posted = await alice.post("@EchoBot tell me")
    place = f"{CHANNEL}/messages/{posted['message']['commentId']}/events"
    async with stream(hub, place, alice.token) as heard:
        await heard.until(lambda one: len(one.messages()) == 1)
        assert heard.messages()[0]["isThinking"]
        job = await engine.thinks()
        await engine.events.send([progress(job, "I am", 1)])
        await heard.until(lambda one: one.messages()[-1]["text"] == "I am")
        await engine.events.send([finished(job, "I am done")])
        await heard.to_the_end()
        assert heard.messages()[-1]["text"] == "I am done"
        assert heard.heard[-1].name == "done"
    async with stream(hub, place, alice.token, last=heard.last) as again:
        assert again.response.status == 204
    async with stream(hub, place, alice.token) as whole:
        await whole.to_the_end()
        assert [event.name for event in whole.heard] == ["message", "done"]
    answer = posted["answers"][0]["commentId"]
    async with stream(hub, f"{CHANNEL}/messages/{answer}/events", alice.token) as single:
        await single.to_the_end()
        assert single.messages() == whole.messages()


async def test_later_answers_belong_to_the_stream_of_the_question(hub: str, alice: Client, engine: EngineSide) -> None:
    posted = await alice.post("@EchoBot tell me")
    await engine.answer_next()
    await alice.until(lambda heard: bool(heard.answers()))
    again = await alice.call("Regenerate", channel=HOME, commentId=posted["answers"][0]["commentId"])
    place = f"{CHANNEL}/messages/{posted['message']['commentId']}/events"
    async with stream(hub, place, alice.token) as heard:
        await heard.until(lambda one: len(one.messages()) == 2)
        await engine.answer_next()
        await heard.to_the_end()
    ids = {message["commentId"] for message in heard.messages()}
    assert ids == {posted["answers"][0]["commentId"], again["answers"][0]["commentId"]}


async def test_streams_are_refused_as_pages_are(hub: str, alice: Client) -> None:
    async with program(hub, alice.token) as one, program(hub) as nobody:
        assert (await nobody.ask("GET", EVENTS)).status == 401
        assert (await one.ask("GET", "/api/channels/Nowhere/events")).code == "unknown_channel"
        assert (await one.ask("GET", f"{CHANNEL}/messages/77/events")).code == "not_found"
        assert (await one.ask("GET", f"{EVENTS}?lastEventId=one")).code == "bad_request"
        assert (await one.ask("HEAD", EVENTS)).status == 405


async def test_whose_session_ends_hears_nothing_more(hub: str, alice: Client) -> None:
    async with stream(hub, EVENTS, alice.token) as heard, program(hub, alice.token) as one:
        await heard.until(lambda one: len(one.heard) == 2)
        assert (await one.ask("DELETE", "/api/sessions")).status == 204
        await heard.to_the_end()


@pytest.mark.parametrize(
    ("call", "more"),
    [("Ban", {"name": "bob"}), ("Kick", {"name": "bob"}), ("DeleteChannel", {"confirm": ROOM})],
)
async def test_who_loses_a_channel_hears_nothing_more_of_it(
    hub: str, join: Join, call: str, more: dict[str, str]
) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    async with stream(hub, ROOM_EVENTS, bob.token) as heard:
        await heard.until(lambda one: len(one.heard) == 2)
        assert await told(alice, call, **more) is True
        if call != "DeleteChannel":
            await said(alice, "bob is gone")
        await heard.to_the_end()
    assert heard.messages() == []
    async with program(hub, bob.token) as one:
        assert (await one.ask("GET", ROOM_EVENTS)).code == "unknown_channel"


async def test_a_channel_that_closes_is_followed_by_its_members_alone(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice, visibility="public")
    async with stream(hub, ROOM_EVENTS, bob.token) as outside, stream(hub, ROOM_EVENTS, alice.token) as inside:
        for one in (outside, inside):
            await one.until(lambda one: len(one.heard) == 2)
        assert await told(alice, "ChangeChannel", visibility="invite", version=0) is True
        await said(alice, "among ourselves")
        await outside.to_the_end()
        await inside.until(lambda one: len(one.messages()) == 1)
    assert outside.messages() == []
    asked = await said(alice, "and this")
    async with program(hub, bob.token) as outsider:
        for path in (ROOM_EVENTS, f"/api/channels/{ROOM}/messages/{asked}/events"):
            assert (await outsider.ask("GET", path)).code == "unknown_channel"


async def test_one_person_follows_a_bounded_number_of_streams(hub: str, alice: Client) -> None:
    waiting = [stream(hub, EVENTS, alice.token) for _ in range(21)]
    opened = [await one.__aenter__() for one in waiting]
    assert [one.response.status for one in opened] == [200] * 20 + [429]
    for one in waiting:
        await one.__aexit__(None, None, None)


async def test_who_reads_too_slowly_is_dropped_and_holds_no_memory() -> None:
    listeners, dropped = Listeners(), []
    ear = Ear(lambda: dropped.append("slow"))
    with listeners.listening(ear, "room"):
        for number in range(1000):
            listeners.tell("room", "SendMessage", {"revision": number})
    assert dropped == ["slow"]
    with pytest.raises(ListeningEndedError):
        await ear.next(0)


async def test_storage_that_is_away_ends_streams_and_is_told_with_a_time_to_come_back(
    own_azurite: Azurite, tmp_path: Path
) -> None:
    secret = SecretStr(own_azurite.connection_string)
    settings = Settings(_env_file=None, azure_storage_connection_string=secret, playhouse_data=tmp_path)
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running_hub(settings))
        token = await account_for(hub, "alice")
        heard = await stack.enter_async_context(stream(hub, EVENTS, token))
        await heard.until(lambda one: len(one.heard) == 2)
        last = asyncio.create_task(heard.to_the_end())
        await own_azurite.stop()
        async with program(hub, token) as one:
            refused = await one.ask("GET", f"{CHANNEL}/messages")
            assert (refused.status, refused.code) == (503, "storage_unavailable")
            assert refused.headers["Retry-After"]
        await last
        await own_azurite.start()


async def test_a_hub_that_stops_ends_its_streams(connection_string: str, tmp_path: Path) -> None:
    secret = SecretStr(connection_string)
    settings = Settings(_env_file=None, azure_storage_connection_string=secret, playhouse_data=tmp_path)
    async with AsyncExitStack() as clients:
        async with running_hub(settings) as hub:
            heard = await clients.enter_async_context(stream(hub, EVENTS, await account_for(hub, "alice")))
            await heard.until(lambda one: len(one.heard) == 2)
        await heard.to_the_end()
