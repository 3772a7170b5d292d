"""Who is asking: a bearer's token (access token or key for programs), or the cookie of this house's own page."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from contracts.accounts import Scope
from hub.doors.addresses import address_of
from hub.doors.origins import FORGED, is_own_origin, require_own_page
from hub.errors import ForbiddenError, UnauthorizedError
from hub.keys import COOKIES, HOUSE, SETTINGS
from hub.people import Person

PLEASE: Final = "Please log in."
# These change nothing, so that it does no harm if another site asks; it cannot read the answer.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def who(request: web.Request, scope: Scope | None = None) -> Person:
    """The person who asks over HTTP. Raises UnauthorizedError, ForbiddenError, or TooManyRequestsError.

    `scope`: what a key must allow, and a call is counted; those through `perform` see to both themselves. A cookie
    counts only where the browser says that this house's own page asks, or where the method changes nothing.
    """
    token = _bearer(request.headers)
    if token is None:
        token = request.app[COOKIES].access_token(request.cookies)
        if token is not None and request.method not in SAFE_METHODS:
            require_own_page(request, request.app[SETTINGS].hub_public_url)
    if token is None:
        raise UnauthorizedError(PLEASE)
    person = replace(await request.app[HOUSE].accounts.person(token), address=asked_from(request))
    if scope is None:
        return person
    await request.app[HOUSE].limits.of(person, "calls")
    return _allowed(person, scope)


def asked_from(request: web.Request) -> str:
    """The address that limits count."""
    return address_of(request, request.app[SETTINGS].hub_trusted_proxies)


async def who_in_person(request: web.Request) -> Person:
    """The same, for what no program may do for its owner. Raises UnauthorizedError or ForbiddenError."""
    person = await who(request)
    if person.is_program:
        raise ForbiddenError("A key cannot do this; please log in.")
    return person


async def who_connects(app: web.Application, request: web.Request, auth: Any) -> Person:
    """The person at the other end of a new socket. Raises UnauthorizedError, or ForbiddenError for a foreign page."""
    token = auth.get("token") if isinstance(auth, dict) else None
    if token is None:
        token = app[COOKIES].access_token(request.cookies)
        origin = request.headers.get("Origin")
        # A browser always tells the origin of a page that opens a socket.
        if token is not None and (origin is None or not is_own_origin(origin, request.host, _public_url(app))):
            raise ForbiddenError(FORGED)
    if not isinstance(token, str):
        raise UnauthorizedError(PLEASE)
    # A socket hears whatever happens in the channels that it joins.
    return _allowed(await app[HOUSE].accounts.person(token), "read")


def _allowed(person: Person, scope: Scope) -> Person:
    if scope not in person.scopes:
        raise ForbiddenError(f"This key has no right to {scope}.")
    return person


def _bearer(headers: Mapping[str, str]) -> str | None:
    """The token of the Authorization header. Raises UnauthorizedError when there is such a header without one."""
    header = headers.get("Authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise UnauthorizedError(PLEASE)
    return token.strip()


def _public_url(app: web.Application) -> str | None:
    return app[SETTINGS].hub_public_url
