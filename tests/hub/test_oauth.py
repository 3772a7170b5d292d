"""Signing in through somebody else, against a real provider that insists on PKCE."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

import aiohttp
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import SecretStr

from hub.clock import now_ms
from hub.oauth.exchange import GITHUB_ENDPOINTS, NotVouchedError, checked_claims
from infra.ports import free_ports
from tests.hub.asking import ALICE, Browser, send, token_of
from tests.hub.conftest import StartHub
from tests.hub.identity_provider import CLIENT_ID, CLIENT_SECRET, confirmed, identity_provider, query_of

# The hub's port is free, so its public address is another one: where a provider sends people, nobody listens.
PUBLIC: Final = "http://playhouse.example"
FAILED: Final = "/#sign-in-failed"

Visitor = Callable[[], Any]


class Traveller(Browser):
    """Goes to the provider and comes back; the way back leads to the hub that the test started."""

    async def away(self, path: str = "/api/oauth/house/start") -> str:
        """Where the hub sends the browser."""
        async with self.session.get(self.hub + path, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            return answer.headers["Location"]

    async def back(self, address: str) -> str:
        """Bring back what a provider said; gives where the hub sends the browser then."""
        async with self.session.get(address.replace(PUBLIC, self.hub), allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
            return answer.headers["Location"]

    async def sign_in(self, name: str, path: str = "/api/oauth/house/start") -> str:
        return await self.back(await confirmed(self.session, await self.away(path), name))

    async def who(self) -> str | None:
        """Who the hub says this browser is."""
        status, body = await self.send("GET", "/api/account")
        return body["name"] if status == 200 else None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def issuer() -> AsyncIterator[str]:
    homes = (f"{PUBLIC}/api/oauth/{name}/callback" for name in ("house", "github"))
    async with identity_provider(*homes) as address:
        yield address


@pytest.fixture
def oauth(issuer: str) -> SecretStr:
    """The setting that names the local provider."""
    discovery = f"{issuer}/.well-known/openid-configuration"
    house = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "discovery": discovery, "title": "Our house"}
    return SecretStr(json.dumps({"house": house}))


@pytest_asyncio.fixture
async def hub(start_hub: StartHub, oauth: SecretStr) -> str:
    return await start_hub(hub_public_url=PUBLIC, hub_oauth=oauth)


@pytest_asyncio.fixture
async def travellers(hub: str) -> AsyncIterator[Visitor]:
    async with AsyncExitStack() as sessions:

        async def traveller() -> Traveller:
            jar = aiohttp.CookieJar(unsafe=True)
            return Traveller(hub, await sessions.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))

        yield traveller


@pytest_asyncio.fixture
async def ada(travellers: Visitor) -> Traveller:
    return await travellers()  # type: ignore[no-any-return]


async def test_who_signs_in_has_an_account_and_the_same_one_again(ada: Traveller, travellers: Visitor) -> None:
    doors = (await ada.send("GET", "/api/doors"))[1]
    assert doors["providers"] == [{"name": "house", "title": "Our house"}]
    assert await ada.sign_in("Ada", "/api/oauth/house/start?to=/c/CoopsLab") == "/c/CoopsLab#signed-in"
    assert await ada.who() == "Ada"
    card = (await ada.send("GET", "/api/account"))[1]
    assert (card["hasPassword"], card["providers"], card["isGuest"]) == (False, ["house"], False)
    elsewhere = await travellers()
    await elsewhere.sign_in("Ada")
    assert await elsewhere.who() == "Ada"
    assert len((await ada.send("GET", "/api/sessions"))[1]["sessions"]) == 2


async def test_the_tokens_are_in_cookies_and_in_no_address(ada: Traveller) -> None:
    back = await confirmed(ada.session, await ada.away(), "Ada")
    assert set(query_of(back)) == {"code", "state", "iss"}
    assert await ada.back(back) == "/#signed-in"
    assert {"playhouse", "playhouse-refresh"} <= set(ada.kept())
    assert "playhouse-handshake" not in ada.kept()


async def test_a_name_that_is_taken_becomes_another_and_opens_nobody_elses_account(hub: str, ada: Traveller) -> None:
    owner = await token_of(hub, "/api/accounts", {**ALICE, "name": "Ada", "email": "Ada@example.org"})
    await ada.sign_in("Ada")
    assert await ada.who() == "Ada2"
    assert (await send(hub, "GET", "/api/account", owner))[1]["providers"] == []


@pytest.mark.parametrize(
    ("there", "here"), [("ada@example.org", "ada"), ("Ada Lovelace", "Ada_Lovelace"), ("é", "Somebody")]
)
async def test_a_name_from_elsewhere_becomes_one_of_this_house(ada: Traveller, there: str, here: str) -> None:
    await ada.sign_in(there)
    assert await ada.who() == here


async def test_who_is_logged_in_can_sign_in_from_elsewhere_too(hub: str, ada: Traveller, travellers: Visitor) -> None:
    ada.session.headers["Origin"] = PUBLIC
    await ada.send("POST", "/api/accounts", PUBLIC, json={**ALICE, "keep": "cookie"})
    assert await ada.sign_in("ada-elsewhere", "/api/oauth/house/start?link") == "/#signed-in"
    assert (await ada.send("GET", "/api/account"))[1]["providers"] == ["house"]
    other = await travellers()
    await other.sign_in("ada-elsewhere")
    assert await other.who() == "Alice"
    await other.send("POST", "/api/accounts", PUBLIC, json={**ALICE, "name": "Bob", "keep": "cookie"})
    assert await other.sign_in("ada-elsewhere", "/api/oauth/house/start?link") == FAILED
    assert await other.who() == "Bob"


async def test_nobody_links_without_being_logged_in(ada: Traveller) -> None:
    assert (await ada.send("GET", "/api/oauth/house/start?link"))[0] == 401


async def test_an_account_without_a_password_can_be_deleted_after_a_fresh_sign_in(ada: Traveller) -> None:
    await ada.sign_in("Ada")
    assert (await ada.send("POST", "/api/sessions", None, json={"name": "Ada", "password": "x"}))[0] == 401
    assert (await ada.send("DELETE", "/api/account", PUBLIC, json={}))[0] == 204
    assert await ada.who() is None
    await ada.sign_in("Ada")
    assert await ada.who() == "Ada2"


async def test_a_state_that_is_not_this_browsers_opens_nothing(ada: Traveller, travellers: Visitor) -> None:
    """Else somebody could be logged in to an account of an attacker's choice."""
    mallory = await travellers()
    stolen = await confirmed(mallory.session, await mallory.away(), "Mallory")
    assert await ada.back(stolen) == FAILED
    await ada.away()
    assert await ada.back(stolen) == FAILED
    own = await confirmed(ada.session, await ada.away(), "Ada")
    state = query_of(own)["state"]
    assert await ada.back(own.replace(state, "x" * len(state))) == FAILED
    assert await ada.who() is None


async def test_a_code_opens_once(ada: Traveller) -> None:
    away = await ada.away()
    handshake = {"playhouse-handshake": ada.kept()["playhouse-handshake"]}
    back = await confirmed(ada.session, away, "Ada")
    assert await ada.back(back) == "/#signed-in"
    ada.session.cookie_jar.clear()
    assert await ada.back(back) == FAILED
    ada.session.cookie_jar.update_cookies(handshake)
    assert await ada.back(back) == FAILED
    assert await ada.who() is None


@pytest.mark.parametrize("changed", ["nonce", "code_challenge"])
async def test_what_is_changed_on_the_way_there_opens_nothing(ada: Traveller, changed: str) -> None:
    away = await ada.away()
    asked = query_of(away)
    assert asked["code_challenge_method"] == "S256"
    other = asked[changed][:-1] + ("A" if asked[changed][-1] != "A" else "E")
    back = await confirmed(ada.session, away.replace(asked[changed], other), "Ada")
    assert "code" in query_of(back)
    assert await ada.back(back) == FAILED
    assert await ada.who() is None


async def test_without_pkce_the_provider_refuses_and_the_page_says_so(ada: Traveller) -> None:
    away = await ada.away()
    without = away.replace(f"code_challenge={query_of(away)['code_challenge']}", "").replace(
        "code_challenge_method=S256", ""
    )
    back = await confirmed(ada.session, without, "Ada")
    assert query_of(back)["error"] == "invalid_request"
    assert await ada.back(back) == FAILED


async def test_an_answer_of_another_provider_opens_nothing(ada: Traveller) -> None:
    back = await confirmed(ada.session, await ada.away(), "Ada")
    assert await ada.back(back.replace("iss=http%3A%2F%2F127.0.0.1", "iss=http%3A%2F%2Fevil.example")) == FAILED


async def test_a_provider_without_discovery_is_asked_as_github_is(
    start_hub: StartHub, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"authorization": f"{issuer}/auth", "token": f"{issuer}/token", "userinfo": f"{issuer}/me"}
    local = replace(GITHUB_ENDPOINTS, issuer=issuer, scope="openid profile", **here)
    monkeypatch.setattr("hub.oauth.exchange.GITHUB_ENDPOINTS", local)
    github = SecretStr(json.dumps({"github": {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}}))
    hub = await start_hub(hub_public_url=PUBLIC, hub_oauth=github)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        ada = Traveller(hub, session)
        assert (await ada.send("GET", "/api/doors"))[1]["providers"] == [{"name": "github", "title": "GitHub"}]
        assert await ada.sign_in("octo-hen", "/api/oauth/github/start") == "/#signed-in"
        assert await ada.who() == "octo-hen"


async def test_a_provider_that_describes_another_issuer_is_not_asked(start_hub: StartHub, oauth: SecretStr) -> None:
    other = SecretStr(oauth.get_secret_value().replace("127.0.0.1", "localhost"))
    hub = await start_hub(hub_public_url=PUBLIC, hub_oauth=other)
    assert (await send(hub, "GET", "/api/oauth/house/start"))[0] == 403


async def test_a_provider_that_is_away_is_said_kindly(start_hub: StartHub, issuer: str, oauth: SecretStr) -> None:
    away = f"http://127.0.0.1:{free_ports(1)}"
    hub = await start_hub(hub_public_url=PUBLIC, hub_oauth=SecretStr(oauth.get_secret_value().replace(issuer, away)))
    status, problem = await send(hub, "GET", "/api/oauth/house/start")
    assert (status, problem["detail"]) == (403, "Our house does not answer now; please try again later.")
    assert (await send(hub, "GET", "/api/oauth/nobody/start"))[0] == 404


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/c/x%0d%0aSet-Cookie:a=b\r\nX:", ""],
)
async def test_the_way_back_leads_into_this_house_alone(ada: Traveller, target: str) -> None:
    async with ada.session.get(
        f"{ada.hub}/api/oauth/house/start", params={"to": target}, allow_redirects=False
    ) as answer:
        away = answer.headers["Location"]
    assert await ada.back(await confirmed(ada.session, away, "Ada")) == "/#signed-in"


RSA: Final = RSAKey.generate_key(2048, {"kid": "k", "use": "sig"}, private=True)
KEYS: Final = KeySet.import_key_set({"keys": [RSA.as_dict(private=False)]})
ISSUER: Final = "https://id.example"


def id_token(key: Any = RSA, algorithm: str = "RS256", **changes: object) -> str:
    claims = {"iss": ISSUER, "aud": CLIENT_ID, "sub": "ada", "nonce": "n", "exp": now_ms() // 1000 + 60, **changes}
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": "k"}, present, key, algorithms=[algorithm])


def test_an_id_token_for_us_is_taken() -> None:
    for good in (id_token(), id_token(aud=[CLIENT_ID, "other"], azp=CLIENT_ID)):
        assert checked_claims(good, KEYS, ISSUER, CLIENT_ID, "n")["sub"] == "ada"


@pytest.mark.parametrize(
    "forged",
    [
        id_token(iss="https://evil.example"),
        id_token(aud="somebody else"),
        id_token(aud=["somebody else"]),
        id_token(azp="somebody else"),
        id_token(aud=None),
        id_token(nonce="another"),
        id_token(nonce=None),
        id_token(sub=None),
        id_token(exp=None),
        id_token(exp=now_ms() // 1000 - 3600),
        id_token(RSAKey.generate_key(2048, private=True)),
        id_token(OctKey.import_key(CLIENT_SECRET), "HS256"),
        id_token(algorithm="RS512"),
        id_token().rpartition(".")[0] + ".",
    ],
)
def test_an_id_token_that_is_not_quite_for_us_is_refused(forged: str) -> None:
    with pytest.raises((JoseError, NotVouchedError, ValueError)):
        checked_claims(forged, KEYS, ISSUER, CLIENT_ID, "n")
