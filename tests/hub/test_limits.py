"""Limits: by account, address, name and channel; over all hubs with Redis, and never a closed door without it."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from hub.errors import TooManyRequestsError
from hub.limits import SHARES
from hub.log.rows import OpenJob
from hub.settings import Settings
from hub.talk.waiting_answers import WaitingAnswers
from tests.client import HOME, Client, account_for, client, token_for
from tests.hub.api_client import Program, program
from tests.hub.conftest import EngineSide, Join, StartHub
from tests.hub.pictures import looked_at, uploaded
from tests.services import Redis

POSTS = f"/api/channels/{HOME}/messages"
PASSWORD = "correct horse"


async def post(one: Program, number: int) -> int:
    return (await one.ask("POST", POSTS, json={"text": f"number {number}", "clientId": f"number-{number}"})).status


async def statuses(act: Callable[[int], Awaitable[int]], times: int) -> list[int]:
    return [await act(number) for number in range(times)]


async def test_each_account_has_its_own_allowance_and_both_doors_share_it(start_hub: StartHub, join: Join) -> None:
    hub = await start_hub(hub_limit_posts="3/day")
    alice = await join(hub, token=await account_for(hub, "alice"))
    bob = await join(hub, "bob", token=await account_for(hub, "bob"))
    async with program(hub, alice.token) as one:
        assert await statuses(lambda number: post(one, number), 2) == [201, 201]
        assert (await alice.post("the third"))["ok"]
        refused = await alice.post("the fourth")
        assert refused["error"]["code"] == "too_many_requests"
        assert refused["error"]["retryAfterS"] >= 1
        assert await post(one, 5) == 429
        assert (await one.ask("GET", POSTS)).status == 200
    assert (await bob.post("hello"))["ok"]


@pytest.mark.parametrize("path", ["/api/channels", f"/api/channels/{HOME}", "/api/account", "/api/sessions", POSTS])
async def test_whatever_is_asked_is_counted(start_hub: StartHub, path: str) -> None:
    hub = await start_hub(hub_limit_calls="2/day")
    async with program(hub, await account_for(hub, "alice")) as one:
        assert await statuses(partial(_asked, one, path), 3) == [200, 200, 429]


async def _asked(one: Program, path: str, _number: int) -> int:
    return (await one.ask("GET", path)).status


async def test_guests_of_one_address_share_one_allowance(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_posts="1/day")
    allowed = SHARES["posts"]["guests"]
    answers = []
    for number in range(allowed + 1):
        async with program(hub, await token_for(hub, f"guest{number}")) as guest:
            answers.append(await post(guest, number))
    assert answers == [201] * allowed + [429]


async def test_a_channel_has_an_allowance_of_its_own(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_posts="1/day", hub_trusted_proxies=1)
    allowed = SHARES["posts"]["channel"]
    answers = []
    for number in range(allowed + 1):
        async with program(hub, await token_for(hub, f"guest{number}")) as guest:
            guest.headers["X-Forwarded-For"] = f"9.9.9.{number}"
            answers.append(await post(guest, number))
    assert answers == [201] * allowed + [429]


async def test_passwords_are_not_tried_for_ever(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_sign_ins="1/day")
    await account_for(hub, "alice")
    async with program(hub) as thief:

        async def attempt(name: str, password: str) -> int:
            return (await thief.ask("POST", "/api/sessions", json={"name": name, "password": password})).status

        assert await attempt("Alice", "wrong") == 401
        assert await attempt("alice", PASSWORD) == 429
        others = SHARES["sign_ins"]["address"] - 2
        assert await statuses(lambda number: attempt(f"name{number}", "wrong"), others) == [401] * others
        assert await attempt("another", "wrong") == 429


async def test_a_name_that_is_written_otherwise_is_no_other_name(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_sign_ins="1/day")
    await account_for(hub, "alice")
    async with program(hub) as thief:

        async def attempt(name: str) -> int:
            return (await thief.ask("POST", "/api/sessions", json={"name": name, "password": PASSWORD})).status

        assert await attempt("alice ") == 201
        assert await attempt("al!ice") == 401
        assert await attempt(" Alice") == 429


@pytest.mark.parametrize(
    ("method", "path", "form"),
    [
        ("POST", "/api/account/password", {"current": "wrong", "new": "staple battery"}),
        ("DELETE", "/api/account", {"password": "wrong"}),
    ],
)
async def test_who_is_logged_in_tries_no_passwords_either(
    start_hub: StartHub, method: str, path: str, form: dict[str, str]
) -> None:
    hub = await start_hub(hub_limit_sign_ins="2/day")
    async with program(hub, await account_for(hub, "alice")) as thief:

        async def attempt(_number: int) -> int:
            return (await thief.ask(method, path, json=form)).status

        assert await statuses(attempt, 3) == [401, 401, 429]


async def test_accounts_and_guests_are_bounded_by_address_and_only_a_trusted_proxy_names_it(
    start_hub: StartHub,
) -> None:
    direct = await start_hub(hub_limit_registrations="2/day")
    behind = await start_hub(hub_limit_registrations="2/day", hub_trusted_proxies=1)

    async def register(hub: str, number: int, seen: str) -> int:
        async with program(hub) as anybody:
            form = {"name": f"guest{number}{len(hub)}"}
            return (await anybody.ask("POST", "/api/guests", json=form, headers={"X-Forwarded-For": seen})).status

    forged = [f"9.9.9.{number}" for number in range(4)]
    assert [await register(direct, n, seen) for n, seen in enumerate(forged)] == [201, 201, 429, 429]
    assert [await register(behind, 10 + n, f"{seen}, 8.8.8.8:70{n}") for n, seen in enumerate(forged)] == [
        201,
        201,
        429,
        429,
    ]
    networks = ["2001:db8:1:1::1", "[2001:db8:1:1::2]:443", "2001:db8:1:1:3::", "2001:db8:1:2::1"]
    assert [await register(behind, 20 + n, seen) for n, seen in enumerate(networks)] == [201, 201, 429, 201]


async def test_several_hubs_count_together_and_go_on_alone_without_redis(
    redis_server: Redis, start_hub: StartHub
) -> None:
    url = SecretStr(redis_server.address)
    hubs = [await start_hub(hub_redis_url=url, hub_limit_votes="off", hub_limit_posts="4/day") for _ in range(2)]
    token = await account_for(hubs[0], "alice")
    async with program(hubs[0], token) as one, program(hubs[1], token) as two:
        assert [await post(where, n) for n, where in enumerate((one, two, one, two, one, two))] == [201] * 4 + [429] * 2
        redis_server.stop()
        assert await statuses(lambda number: post(one, 10 + number), 5) == [201] * 4 + [429]


async def test_who_waits_for_many_answers_asks_no_more_until_one_has_come(
    start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    hub = await start_hub(hub_limit_waiting=2)
    alice = await join(hub, token=await account_for(hub, "alice"))
    bob = await join(hub, "bob", token=await account_for(hub, "bob"))
    await engine.wake()
    for person in (alice, bob):
        await person.until(lambda heard: heard.is_awake("EchoBot"))
    first = await alice.post("@EchoBot one", clientId="the-first-one")
    assert first["ok"]
    assert (await alice.post("@EchoBot two"))["ok"]
    refused = await alice.post("@EchoBot three")
    assert refused["error"]["code"] == "too_many_requests"
    assert refused["error"]["message"].startswith("2 of your questions here wait for a bot")
    assert (await alice.post("no question"))["ok"]
    assert (await alice.post("@EchoBot one", clientId="the-first-one"))["answers"] == first["answers"]
    assert (await bob.post("@EchoBot hello"))["ok"]
    await engine.answer_next()
    await alice.until(lambda heard: bool(heard.answers()))
    assert (await alice.post("@EchoBot three"))["ok"]


async def test_the_sweep_tells_a_hub_who_waits() -> None:
    def asked(comment_id: int) -> OpenJob:
        opened = {"channel": HOME, "comment_id": comment_id, "job_id": f"{comment_id:032x}", "asked_by": "alice"}
        return OpenJob.model_validate({**opened, "pool": "default", "queued": False, "touched_at": 0, "deadline_at": 1})

    waiting = WaitingAnswers(2)
    waiting.swept(HOME, [asked(1)], since=time.monotonic())
    began = time.monotonic()
    waiting.opened([asked(2)])
    waiting.swept(HOME, [asked(1)], since=began)
    waiting.check(HOME, "bob", 2)
    with pytest.raises(TooManyRequestsError):
        waiting.check(HOME, "alice", 1)
    waiting.swept(HOME, [], since=time.monotonic())
    waiting.check(HOME, "alice", 2)


async def test_a_connection_that_floods_is_refused_and_then_closed(start_hub: StartHub, join: Join) -> None:
    hub = await start_hub(hub_limit_calls="50/day", hub_limit_joins="20/day")
    alice = await join(hub, token=await account_for(hub, "alice"))
    bob = await join(hub, "bob", token=await account_for(hub, "bob"))
    joins = [await alice.call("Connect", channel=HOME) for _ in range(25)]
    assert [answer["ok"] for answer in joins] == [True] * 19 + [False] * 6
    gone = asyncio.Event()
    alice.socket.on("disconnect", lambda *_: gone.set())
    for _ in range(1000):
        await alice.socket.emit("GetMessagesForChannel", {"channel": HOME})
        if gone.is_set():
            break
    async with asyncio.timeout(20):
        await gone.wait()
    assert (await bob.post("still here"))["ok"]


async def test_a_frame_that_is_too_large_or_too_deep_harms_nobody_else(start_hub: StartHub, join: Join) -> None:
    hub = await start_hub()
    bob = await join(hub, "bob")
    url = hub.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    hello = "40" + json.dumps({"token": bob.token})
    for frame in ("42" + "[" * 200_000, json.dumps("a" * 1_100_000)):
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as raw:
            await raw.receive()
            await raw.send_str(hello)
            await raw.receive()
            await raw.send_str(frame)
            assert (await bob.post("still here"))["ok"]
            if len(frame) > 1_000_000:
                assert (await raw.receive()).type is not aiohttp.WSMsgType.TEXT


async def test_connections_of_one_address_are_bounded(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_connections=3)
    token = await token_for(hub, "alice")
    async with client(hub, "alice", token), client(hub, "alice", token):
        async with client(hub, "alice", token), program(hub) as anybody:
            refused = await anybody.ask("GET", "/api/bots")
            assert (refused.status, refused.code) == (429, "too_many_requests")
        async with program(hub) as anybody:
            assert (await anybody.ask("GET", "/api/bots")).status == 200


@pytest.mark.parametrize("wrong", ["many", "0/day", "5/fortnight", "-1/minute"])
def test_a_limit_that_nobody_understands_stops_the_start(wrong: str) -> None:
    settings: dict[str, Any] = {"azure_storage_account": "some", "hub_limit_posts": wrong}
    with pytest.raises(ValidationError, match="write it like 30/minute"):
        Settings(_env_file=None, **settings)


async def test_what_is_off_is_not_counted(start_hub: StartHub, join: Join) -> None:
    alice: Client = await join(await start_hub(hub_limit_posts="off", hub_limit_calls="off"))
    assert all([(await alice.post(f"number {number}"))["ok"] for number in range(100)])


async def test_who_guesses_names_of_pictures_is_stopped_and_public_ones_still_show(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_calls="2/day", hub_limit_uploads="off")
    token = await account_for(hub, "alice")
    image = await uploaded(hub, token)
    async with program(hub, token) as one:
        shown = {"text": "", "images": [image["name"]], "clientId": "picture-1"}
        assert (await one.ask("POST", POSTS, json=shown)).status == 201
    assert (await looked_at(hub, image["name"]))[0] == 200
    guessed = [(await looked_at(hub, f"{number:064x}.png"))[0] for number in range(SHARES["calls"]["address"] * 2)]
    assert set(guessed[:-1]) == {404}
    assert guessed[-1] == 429
    assert (await looked_at(hub, image["name"]))[0] == 200
