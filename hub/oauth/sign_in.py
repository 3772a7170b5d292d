"""One sign-in: away to a provider with a state that this browser alone can bring back, and home again."""

import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx2
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError
from pydantic import SecretStr

from contracts.accounts import ProviderCard
from contracts.wire import Milliseconds, Wire
from hub.accounts.tokens import Tokens
from hub.clock import now_ms
from hub.errors import ForbiddenError, NotFoundError, UnauthorizedError
from hub.oauth.exchange import NotVouchedError, Vouched, client_of, endpoints_of, vouched
from hub.oauth.providers import Provider, providers
from hub.people import Person

log = logging.getLogger(__name__)

HANDSHAKE_MS: Final = 10 * 60_000
# A place in this house: one slash, and nothing that a browser would take for another host.
PLACE: Final = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%?=&-]*")


class Linking(Wire):
    """Who is logged in and wants to sign in from elsewhere too."""

    name: str
    session_id: str
    since: Milliseconds


class Handshake(Wire):
    """What a browser keeps while it is away. Nonce and verifier are derived from the state and stay in the hub."""

    provider: str
    state: str
    target: str
    linking: Linking | None


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and what it must bring back."""

    address: str
    sealed: str


@dataclass(frozen=True)
class Arrival:
    """Who came back, where to, and whose account it is to open besides."""

    vouched: Vouched
    target: str
    linking: Person | None


class OAuth:
    """The providers of this house."""

    def __init__(self, setting: SecretStr | None, public_url: str | None, tokens: Tokens) -> None:
        self._providers = providers(setting) if setting is not None else {}
        self._public_url = public_url
        self._tokens = tokens

    def cards(self) -> tuple[ProviderCard, ...]:
        """As a page shows them."""
        return tuple(ProviderCard(name=name, title=one.title or name) for name, one in self._providers.items())

    async def begin(self, name: str, target: str, linking: Person | None) -> Departure:
        """Send somebody away. Raises NotFoundError or ForbiddenError."""
        provider = self._provider(name)
        handshake = Handshake(
            provider=name,
            state=secrets.token_urlsafe(32),
            target=target if PLACE.fullmatch(target) else "/",
            linking=Linking(name=linking.name, session_id=linking.session_id, since=linking.since) if linking else None,
        )
        verifier, nonce = self._secrets_of(handshake.state)
        try:
            async with client_of(provider, self._redirect_uri(name), "") as client:
                endpoints = await endpoints_of(provider, client)
                client.scope = endpoints.scope
                address, _ = client.create_authorization_url(
                    endpoints.authorization, state=handshake.state, nonce=nonce, code_verifier=verifier
                )
        except (httpx2.HTTPError, NotVouchedError, KeyError, ValueError) as error:
            log.warning("%s cannot be asked: %r", name, error)
            raise ForbiddenError(f"{provider.title} does not answer now; please try again later.") from error
        return Departure(str(address), self._tokens.seal(handshake, now_ms() + HANDSHAKE_MS))

    async def finish(self, name: str, sealed: str | None, brought: Mapping[str, str]) -> Arrival:
        """Who came back from a provider. Raises NotFoundError, UnauthorizedError or ForbiddenError."""
        provider = self._provider(name)
        handshake = self._begun_here(name, sealed, brought)
        verifier, nonce = self._secrets_of(handshake.state)
        try:
            async with client_of(provider, self._redirect_uri(name), "") as client:
                who = await vouched(name, provider, client, brought, verifier, nonce)
        except (httpx2.HTTPError, OAuthError, JoseError, NotVouchedError, KeyError, ValueError) as error:
            log.warning("%s did not vouch for somebody: %r", name, error)
            raise ForbiddenError(f"{provider.title} did not confirm who you are.") from error
        linking = handshake.linking
        person = Person(linking.name, False, linking.session_id, linking.since) if linking else None
        return Arrival(who, handshake.target, person)

    def _begun_here(self, name: str, sealed: str | None, brought: Mapping[str, str]) -> Handshake:
        """The handshake that this browser began. Raises UnauthorizedError."""
        if sealed is None:
            raise UnauthorizedError("This sign-in was not begun in this browser.")
        handshake = self._tokens.unseal(sealed, Handshake)
        state = brought.get("state", "")
        if handshake.provider != name or not hmac.compare_digest(handshake.state.encode(), state.encode()):
            raise UnauthorizedError("This sign-in was not begun in this browser.")
        return handshake

    def _secrets_of(self, state: str) -> tuple[str, str]:
        """The PKCE verifier and the nonce of a sign-in."""
        return self._tokens.derived("verifier", state), self._tokens.derived("nonce", state)

    def _redirect_uri(self, name: str) -> str:
        return f"{self._public_url}/api/oauth/{name}/callback"

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise NotFoundError("Nobody of that name vouches for people here.")
        return self._providers[name]
