"""Every refusal of the HTTP API is a problem document with a status and a code of its own."""

import asyncio
from typing import Any

from hub.doors.json_bodies import MOST_BYTES
from tests.client import HOME, Client, account_for
from tests.hub.api_client import Program, program
from tests.hub.conftest import StartHub

POSTS = f"/api/channels/{HOME}/messages"
JSON = {"Content-Type": "application/json"}
POST = {"text": "hello", "clientId": "abcdefgh"}

WRONG_BODIES = (
    (b"", 422, "invalid_form"),
    (b"\xff{", 400, "bad_request"),
    (b'{"text": "a"', 400, "bad_request"),
    (b"[" * 100_000, 400, "bad_request"),
    (b'{"text":' * 50_000, 400, "bad_request"),
    (b'{"text": "a", "text": "b", "clientId": "abcdefgh"}', 400, "bad_request"),
    (b'{"text": "a", "clientId": "abcdefgh", "parameters": {"temperature": NaN}}', 400, "bad_request"),
    (b'{"text": "\\ud800", "clientId": "abcdefgh"}', 400, "bad_request"),
    (b'{"\\ud800": 1}', 400, "bad_request"),
    (b'{"text": ' + b"9" * 6000 + b"}", 400, "bad_request"),
    (b"[1, 2]", 400, "bad_request"),
    (b"null", 400, "bad_request"),
    (b'{"text": "a", "clientId": "abcdefgh", "channel": "Elsewhere"}', 400, "bad_request"),
    (b'{"text": "a", "clientId": "abcdefgh", "sender": "bob"}', 422, "invalid_form"),
    (b'{"text": "a", "clientId": "abcdefgh", "parentId": 1e400}', 422, "invalid_form"),
    (b'{"text": "a", "clientId": "no"}', 422, "invalid_form"),
    (b'{"text": " ", "clientId": "abcdefgh"}', 422, "empty_text"),
    (b'{"text": "' + b"a" * 40_001 + b'", "clientId": "abcdefgh"}', 413, "text_too_long"),
    (b'{"text": "' + b"a" * MOST_BYTES + b'"}', 413, "too_large"),
)


async def posted(alice: Program, **more: Any) -> int:
    answer = await alice.ask("POST", POSTS, json={**POST, **more})
    assert answer.status == 201, answer.body
    return int(answer.body["message"]["commentId"])


async def test_a_body_that_is_wrong_is_refused_clearly(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice:
        for raw, status, code in WRONG_BODIES:
            answer = await alice.ask("POST", POSTS, data=raw, headers=JSON)
            assert (answer.status, answer.code) == (status, code), (raw[:60], answer.body)


async def test_each_field_that_does_not_fit_is_named(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice:
        wrong = {"text": "a", "clientId": "abcdefgh", "parameters": {"seed": -1, "a/b": 1}, "isBot": True}
        answer = await alice.ask("POST", POSTS, json=wrong)
        assert answer.status == 422
        pointers = {error["pointer"] for error in answer.body["errors"]}
        assert pointers == {"#/parameters/seed", "#/parameters/a~1b", "#/isBot"}


async def test_the_statuses_of_access(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice, program(hub) as nobody:
        refused = await nobody.ask("POST", POSTS, json=POST)
        assert (refused.status, refused.code) == (401, "unauthorized")
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        mine = await posted(alice)
        own = await alice.ask("PUT", f"{POSTS}/{mine}/vote", json={"value": 1})
        assert (own.status, own.code) == (403, "forbidden")
        gone = await alice.ask("GET", f"{POSTS}/{mine + 1}")
        assert (gone.status, gone.code) == (404, "not_found")
        unknown = await alice.ask("GET", "/api/channels/Nowhere")
        assert (unknown.status, unknown.code) == (404, "unknown_channel")
        assert (await alice.ask("DELETE", f"{POSTS}/{mine}")).status == 200
        reply = await alice.ask("POST", POSTS, json={**POST, "clientId": "reply-to-it", "parentId": mine})
        assert (reply.status, reply.code) == (409, "conflict")


async def test_an_address_with_nothing_is_not_found(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice:
        for path in ("/api/nothing", "/api/", f"{POSTS}/one", f"{POSTS}/-1", "/api/channels/a%2Fb"):
            answer = await alice.ask("GET", path)
            assert (answer.status, answer.body["status"]) == (404, 404), path


WRONG_METHODS = (
    ("PATCH", "/api/bots", {"GET", "HEAD"}),
    ("GET", "/api/guests", {"POST"}),
    ("PUT", POSTS, {"GET", "HEAD", "POST"}),
    ("POST", "/api/openapi.json", {"GET", "HEAD"}),
)


async def test_a_wrong_method_hears_which_are_right(hub: str) -> None:
    async with program(hub) as anybody:
        for method, path, allowed in WRONG_METHODS:
            answer = await anybody.ask(method, path)
            assert (answer.status, answer.code) == (405, "method_not_allowed")
            assert set(answer.headers["Allow"].replace(" ", "").split(",")) >= allowed


async def test_only_json_is_taken(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"):
            answer = await alice.ask("POST", POSTS, data=b'{"text": "a"}', headers={"Content-Type": kind})
            assert (answer.status, answer.code) == (415, "unsupported_media_type")


WRONG_QUERIES = (
    ("limit=0", 422),
    ("limit=many", 422),
    ("sender=bob", 422),
    ("before=-1", 422),
    ("limit=1&limit=2", 400),
    ("before=1&after=1", 400),
    ("channel=Other", 400),
    ("cursor=bm9uZQ", 400),
    ("cursor=e30", 400),
    ("cursor=a&before=1", 400),
)


async def test_a_query_that_is_wrong_is_refused(hub: str) -> None:
    async with program(hub, await account_for(hub, "alice")) as alice:
        for query, status in WRONG_QUERIES:
            answer = await alice.ask("GET", f"{POSTS}?{query}")
            assert answer.status == status, (query, answer.body)


async def test_too_much_hears_when_to_come_back(start_hub: StartHub) -> None:
    hub = await start_hub(hub_limit_posts="2/day")
    async with program(hub, await account_for(hub, "alice")) as alice:
        answers = [await alice.ask("POST", POSTS, json={**POST, "clientId": f"number-{n}"}) for n in range(3)]
        assert [answer.status for answer in answers] == [201, 201, 429]
        assert answers[-1].code == "too_many_requests"
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2 * 86_400
        assert answers[-1].body["retryAfterS"] == int(answers[-1].headers["Retry-After"])


async def test_what_is_never_json_does_not_break_the_sockets_either(alice: Client) -> None:
    calls: tuple[Any, ...] = ({"\ud800": 1}, {"text": "\ud800", "clientId": "abcdefgh"}, [[[]]], None, float("nan"))
    for call in calls:
        answer = await asyncio.wait_for(alice.socket.call("ReceiveMessage", call), 10)
        assert (answer["ok"], answer["error"]["code"]) == (False, "bad_request")
    assert (await alice.post("still here"))["ok"]
