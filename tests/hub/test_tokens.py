"""Access tokens: what is not exactly one of this hub's own opens nothing."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

import jwt
import pytest
import socketio
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from hub.accounts.tokens import HANDSHAKE_AUDIENCE
from hub.clock import now_ms
from tests.hub.asking import send, token_of
from tests.hub.conftest import StartHub

SECRET: Final = "s" * 40
RSA: Final = generate_private_key(65537, 2048)
PUBLIC: Final = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def changed(token: str, **changes: object) -> dict[str, Any]:
    """The claims of a good token with some of them changed; None takes one away."""
    claims = {**jwt.decode(token, options={"verify_signature": False}), **changes}
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


def by_hand(header: dict[str, str], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def with_claims(token: str, claims: dict[str, Any]) -> str:
    """Other claims between the header and the signature of a good token."""
    header, _, signature = token.split(".")
    return ".".join((header, by_hand({}, claims).split(".")[1], signature))


def hmac_of_public_key(claims: dict[str, Any]) -> str:
    """Key confusion: the library refuses to sign like that, an attacker does not."""
    unsigned = by_hand({"alg": "HS256", "typ": "JWT"}, claims).rpartition(".")[0]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(unsigned.encode(), PUBLIC)
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


FORGERIES: Final[dict[str, Callable[[str], str]]] = {
    "other audience": lambda token: signed(changed(token, aud="elsewhere")),
    "audience of handshakes": lambda token: signed(changed(token, aud=HANDSHAKE_AUDIENCE)),
    "no audience": lambda token: signed(changed(token, aud=None)),
    "expired": lambda token: signed(changed(token, exp=now_ms() // 1000 - 1)),
    "never expires": lambda token: signed(changed(token, exp=None)),
    "no session": lambda token: signed(changed(token, sid=None)),
    "another session": lambda token: signed(changed(token, sid="another")),
    "somebody else's session": lambda token: signed(changed(token, sub="Bob")),
    "unsigned": lambda token: by_hand({"alg": "none"}, changed(token)),
    "signature taken off": lambda token: token.rpartition(".")[0] + ".",
    "other secret": lambda token: signed(changed(token), "o" * 40),
    "other algorithm": lambda token: signed(changed(token), algorithm="HS384"),
    "public key as secret": lambda token: hmac_of_public_key(changed(token)),
    "key of another kind": lambda token: jwt.encode(changed(token), RSA, algorithm="RS256"),
    "admin by hand": lambda token: with_claims(token, changed(token, admin=True)),
    "nonsense": lambda _token: "nonsense",
}


async def opens_a_socket(hub: str, token: object) -> bool:
    person = socketio.AsyncClient(reconnection=False)
    try:
        await person.connect(hub, auth={"token": token}, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return False
    finally:
        await person.disconnect()
    return True


@pytest.mark.filterwarnings("ignore:The HMAC key is")
async def test_a_forged_token_opens_nothing(start_hub: StartHub) -> None:
    hub = await start_hub(hub_secret=SecretStr(SECRET))
    token = await token_of(hub)
    forgeries = {name: forge(token) for name, forge in FORGERIES.items()}
    assert (await send(hub, "GET", "/api/account", signed(changed(token))))[0] == 200
    answers = {name: (await send(hub, "GET", "/api/account", forged))[1]["code"] for name, forged in forgeries.items()}
    assert answers == dict.fromkeys(FORGERIES, "unauthorized")
    assert await opens_a_socket(hub, signed(changed(token)))
    assert [name for name, forged in forgeries.items() if await opens_a_socket(hub, forged)] == []


async def test_a_socket_without_a_token_is_refused(hub: str) -> None:
    wrong: tuple[object, ...] = (None, "", 7, ["x"], {})
    assert [token for token in wrong if await opens_a_socket(hub, token)] == []


async def test_an_access_token_is_short_lived_and_says_what_it_must(hub: str) -> None:
    claims = changed(await token_of(hub))
    assert set(claims) == {"aud", "exp", "sub", "sid", "since", "guest", "admin"}
    assert (claims["aud"], claims["sub"], claims["guest"], claims["admin"]) == ("playhouse", "Alice", False, False)
    assert claims["exp"] * 1000 <= now_ms() + 15 * 60_000
