"""From a code to an identity: the calls to a provider, and the checks of what it says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

from hub.accounts.rows import Identity
from hub.oauth.providers import WELL_KNOWN, Provider

PATIENCE_S: Final = 10.0
# Signatures with a key that the provider alone holds; never one that the client's secret could make.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
CLOCKS_DIFFER_S: Final = 60
# What Microsoft writes into the issuer of its description, for all its tenants at once.
TENANT: Final = "{tenantid}"


class NotVouchedError(Exception):
    """What a provider said is not what was asked, or not for us."""


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked; `jwks` and `issuer` are those of OpenID Connect."""

    issuer: str
    authorization: str
    token: str
    scope: str
    jwks: str | None = None
    userinfo: str | None = None


@dataclass(frozen=True)
class Vouched:
    """Who somebody is, and the name that this person would like."""

    identity: Identity
    wanted_name: str


GITHUB_ENDPOINTS: Final = Endpoints(
    issuer="https://github.com",
    authorization="https://github.com/login/oauth/authorize",
    token="https://github.com/login/oauth/access_token",
    scope="read:user",
    userinfo="https://api.github.com/user",
)


def client_of(provider: Provider, redirect_uri: str, scope: str) -> AsyncOAuth2Client:
    """The library's client of one provider, with PKCE."""
    return AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret.get_secret_value(),
        redirect_uri=redirect_uri,
        scope=scope,
        code_challenge_method="S256",
        timeout=PATIENCE_S,
    )


async def endpoints_of(provider: Provider, client: AsyncOAuth2Client) -> Endpoints:
    """What a provider says of itself. Raises NotVouchedError, or what the library raises."""
    if provider.discovery is None:
        return GITHUB_ENDPOINTS
    said = await _read(client, provider.discovery)
    issuer = str(said["issuer"])
    if TENANT not in issuer and issuer.rstrip("/") + WELL_KNOWN != provider.discovery:
        raise NotVouchedError(f"{provider.discovery} describes another issuer, {issuer}")
    return Endpoints(
        issuer=issuer,
        authorization=str(said["authorization_endpoint"]),
        token=str(said["token_endpoint"]),
        scope="openid profile",
        jwks=str(said["jwks_uri"]),
    )


async def vouched(
    name: str, provider: Provider, client: AsyncOAuth2Client, brought: Mapping[str, str], verifier: str, nonce: str
) -> Vouched:
    """Trade the code that was brought for who it is. Raises NotVouchedError, KeyError, or what the libraries raise."""
    endpoints = await endpoints_of(provider, client)
    if "error" in brought:
        raise NotVouchedError(f"the provider refused: {brought['error']}")
    # A provider that says who it is must be the one that was asked (RFC 9207).
    if brought.get("iss", endpoints.issuer) != endpoints.issuer and TENANT not in endpoints.issuer:
        raise NotVouchedError("another provider answered")
    token = await client.fetch_token(endpoints.token, code=brought["code"], code_verifier=verifier)
    if endpoints.jwks is None:
        claims = await _read(client, str(endpoints.userinfo), withhold_token=False)
        subject, wanted = str(claims["id"]), str(claims["login"])
    else:
        keys = KeySet.import_key_set(await _read(client, endpoints.jwks))  # type: ignore[arg-type]  # as it came
        claims = checked_claims(str(token["id_token"]), keys, endpoints.issuer, provider.client_id, nonce)
        subject, wanted = str(claims["sub"]), _name_of(claims)
    issuer = _issuer(endpoints.issuer, claims)
    return Vouched(Identity(provider=name, issuer=issuer, subject=subject), wanted)


def checked_claims(id_token: str, keys: KeySet, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that is for us and for this very sign-in (OpenID Connect Core, section 3.1.3.7).

    Raises NotVouchedError or joserfc's JoseError.
    """
    claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        leeway=CLOCKS_DIFFER_S,
        iss={"essential": True, "value": _issuer(issuer, claims)},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    ).validate(claims)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences or claims.get("azp", client_id) != client_id:
        raise NotVouchedError("the ID token is for somebody else")
    return dict(claims)


def _issuer(issuer: str, claims: dict[str, Any]) -> str:
    return issuer.replace(TENANT, str(claims.get("tid")))


def _name_of(claims: dict[str, Any]) -> str:
    """A name that the person chose there; never the address of e-mail, which is nobody's business here."""
    candidates = (claims.get(each) for each in ("preferred_username", "nickname", "name", "given_name"))
    return next((each.partition("@")[0] for each in candidates if isinstance(each, str) and each), "")


async def _read(client: AsyncOAuth2Client, address: str, withhold_token: bool = True) -> dict[str, Any]:
    answer = await client.request("GET", address, withhold_token=withhold_token)
    answer.raise_for_status()
    said = json.loads(answer.text)
    if not isinstance(said, dict):
        raise NotVouchedError(f"{address} answered no object")
    return said
