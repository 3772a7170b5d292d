"""Where a browser keeps its tokens: cookies that no script can read and no other site can send."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from contracts.accounts import Session
from hub.clock import now_ms

# The refresh token travels to the one address that takes it.
REFRESH_PATH: Final = "/api/sessions/refresh"
HANDSHAKE_S: Final = 600


class Cookies:
    """The names of the cookies, and how they are set. With https they are for that alone, and for this host."""

    def __init__(self, public_url: str | None) -> None:
        self._secure = public_url is not None and public_url.startswith("https://")
        self._access = "__Host-playhouse" if self._secure else "playhouse"
        self._refresh = "__Secure-playhouse-refresh" if self._secure else "playhouse-refresh"
        self._handshake = "__Host-playhouse-handshake" if self._secure else "playhouse-handshake"

    def access_token(self, cookies: Mapping[str, str]) -> str | None:
        return cookies.get(self._access)

    def refresh_token(self, cookies: Mapping[str, str]) -> str | None:
        return cookies.get(self._refresh)

    def handshake(self, cookies: Mapping[str, str]) -> str | None:
        """What a browser was given before it went to a provider."""
        return cookies.get(self._handshake)

    def keep(self, response: web.Response, session: Session) -> None:
        """Put a session's tokens into the browser, in the place of any that were there."""
        self._set(response, self._access, session.access_token or "", "/", session.expires_at)
        self._set(response, self._refresh, session.refresh_token or "", REFRESH_PATH, session.refresh_expires_at)

    def forget(self, response: web.Response) -> None:
        """Take the tokens out of the browser."""
        self._set(response, self._access, "", "/", 0)
        self._set(response, self._refresh, "", REFRESH_PATH, 0)

    def remember_handshake(self, response: web.Response, sealed: str | None) -> None:
        """Lax, for the way back from a provider begins on the provider's page; None forgets it."""
        max_age_s = HANDSHAKE_S if sealed else 0
        response.set_cookie(
            self._handshake,
            sealed or "",
            max_age=max_age_s,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def _set(self, response: web.Response, name: str, value: str, path: str, expires_at_ms: int) -> None:
        max_age_s = max(0, (expires_at_ms - now_ms()) // 1000)
        response.set_cookie(
            name, value, max_age=max_age_s, path=path, secure=self._secure, httponly=True, samesite="Strict"
        )
