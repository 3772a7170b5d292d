"""What a browser keeps: tokens that no script reads, and no other site's page can use."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
import socketio

from tests.hub.asking import ALICE, Browser, send, token_of
from tests.hub.conftest import StartHub

KEEP = {**ALICE, "keep": "cookie"}
EVIL = "https://evil.example"


@pytest_asyncio.fixture
async def browser(hub: str) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(hub, session)


async def connects(hub: str, token: str | None = None, **headers: str) -> bool:
    """Whether a socket opens, with a token or with a cookie among the headers."""
    person = socketio.AsyncClient(reconnection=False)
    try:
        await person.connect(hub, headers, {"token": token} if token else None, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return False
    finally:
        await person.disconnect()
    return True


async def test_tokens_go_into_cookies_that_no_script_reads_and_not_into_the_body(hub: str, browser: Browser) -> None:
    async with browser.session.post(f"{hub}/api/accounts", json=KEEP, headers={"Origin": hub}) as answer:
        body, cookies = await answer.json(), answer.headers.getall("Set-Cookie")
    assert (body["name"], body["accessToken"], body["refreshToken"]) == ("Alice", None, None)
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=Strict" in cookie for cookie in cookies)
    assert [("Path=/api/sessions/refresh" in cookie) for cookie in cookies] == [False, True]
    assert (await browser.send("GET", "/api/account"))[1]["name"] == "Alice"


async def test_with_https_the_cookies_are_for_it_alone(start_hub: StartHub) -> None:
    hub = await start_hub(hub_public_url="https://playhouse.example")
    headers = {"Origin": "https://playhouse.example"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{hub}/api/accounts", json=KEEP, headers=headers) as answer,
    ):
        cookies = answer.headers.getall("Set-Cookie")
    assert answer.status == 201
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-playhouse", "__Secure-playhouse-refresh"]
    assert all("Secure" in cookie and "Domain" not in cookie for cookie in cookies)


async def test_a_browser_refreshes_and_logs_out_by_its_cookies(browser: Browser) -> None:
    await browser.send("POST", "/api/accounts", json=KEEP)
    before = browser.kept()
    status, body = await browser.send("POST", "/api/sessions/refresh", json={})
    assert (status, body["name"], body["accessToken"], body["refreshToken"]) == (200, "Alice", None, None)
    assert browser.kept()["playhouse-refresh"] != before["playhouse-refresh"]
    assert (await browser.send("DELETE", "/api/sessions/current"))[0] == 204
    assert browser.kept() == {}
    assert (await browser.send("POST", "/api/sessions/refresh", json={}))[0] == 401


@pytest.mark.parametrize("origin", [EVIL, "null", None, "http://127.0.0.1"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/account", {"sharesForTraining": True}),
        ("POST", "/api/account/keys", {"name": "stolen"}),
        ("POST", "/api/sessions/refresh", {}),
        ("DELETE", "/api/sessions", None),
        ("DELETE", "/api/account", {"password": "correct horse"}),
    ],
)
async def test_another_sites_page_does_nothing_with_the_cookies(
    browser: Browser, method: str, path: str, body: object, origin: str | None
) -> None:
    await browser.send("POST", "/api/accounts", json=KEEP)
    status, problem = await browser.send(method, path, origin, json=body)
    assert (status, problem["code"]) == (403, "forbidden")
    card = (await browser.send("GET", "/api/account"))[1]
    assert (card["name"], card["sharesForTraining"]) == ("Alice", False)


@pytest.mark.parametrize("path", ["/api/accounts", "/api/sessions"])
async def test_another_sites_page_logs_nobody_in(browser: Browser, path: str) -> None:
    status, problem = await browser.send("POST", path, EVIL, json=KEEP)
    assert (status, problem["code"]) == (403, "forbidden")
    assert browser.kept() == {}


@pytest.mark.parametrize(("site", "status"), [("same-origin", 200), ("same-site", 403), ("cross-site", 403)])
async def test_where_a_browser_tells_no_origin_its_word_on_the_site_counts(
    browser: Browser, site: str, status: int
) -> None:
    await browser.send("POST", "/api/accounts", json=KEEP)
    form = {"json": {"sharesForTraining": True}, "headers": {"Sec-Fetch-Site": site}}
    assert (await browser.send("PATCH", "/api/account", None, **form))[0] == status


async def test_a_program_with_a_token_needs_no_origin(hub: str) -> None:
    token = await token_of(hub)
    assert (await send(hub, "PATCH", "/api/account", token, json={"sharesForTraining": True}))[0] == 200


async def test_a_login_opens_a_new_session_whatever_the_browser_brings(hub: str, browser: Browser) -> None:
    mallory = await token_of(hub, "/api/accounts", {**ALICE, "name": "Mallory"})
    browser.session.cookie_jar.update_cookies({"playhouse": mallory, "playhouse-refresh": "Mallory.fixed.fixed"})
    await browser.send("POST", "/api/accounts", json=KEEP)
    assert mallory not in browser.kept().values()
    assert (await browser.send("GET", "/api/account"))[1]["name"] == "Alice"
    first = browser.kept()
    await browser.send("POST", "/api/sessions", json=KEEP)
    assert browser.kept().keys() == first.keys()
    assert not set(browser.kept().values()) & set(first.values())
    assert len((await browser.send("GET", "/api/sessions"))[1]["sessions"]) == 2


async def test_a_socket_opens_to_the_cookie_for_the_houses_own_page_alone(hub: str, browser: Browser) -> None:
    await browser.send("POST", "/api/accounts", json=KEEP)
    cookie = f"playhouse={browser.kept()['playhouse']}"
    assert await connects(hub, Cookie=cookie, Origin=hub)
    assert not await connects(hub, Cookie=cookie, Origin=EVIL)
    assert not await connects(hub, Cookie=cookie)


async def test_another_sites_page_opens_no_socket_whatever_it_brings(hub: str) -> None:
    token = await token_of(hub)
    assert await connects(hub, token)
    assert await connects(hub, token, Origin=hub)
    for origin in (EVIL, "null", hub.replace("127.0.0.1", "localhost"), hub + ".evil.example"):
        assert not await connects(hub, token, Origin=origin)


async def test_with_a_public_address_that_one_alone_counts(start_hub: StartHub) -> None:
    hub = await start_hub(hub_public_url="https://playhouse.example")
    token = await token_of(hub)
    assert await connects(hub, token, Origin="https://playhouse.example")
    for origin in (hub, "http://playhouse.example", "https://playhouse.example:444"):
        assert not await connects(hub, token, Origin=origin)
