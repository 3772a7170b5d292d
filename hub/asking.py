"""Who is asking, and from where."""

from dataclasses import replace

from aiohttp import web

from hub.addresses import address_of
from hub.errors import ForbiddenError, UnauthorizedError
from hub.keys import HOUSE, SETTINGS
from hub.people import Person, Scope


async def who(request: web.Request, scope: Scope | None = None) -> Person:
    """The person who asks over HTTP. Raises UnauthorizedError, or ForbiddenError where a key has no such right."""
    person = await request.app[HOUSE].accounts.person(_bearer(request))
    if scope is not None and scope not in person.scopes:
        raise ForbiddenError(f"This key has no right to {scope}.")
    return replace(person, address=asked_from(request))


def asked_from(request: web.Request) -> str:
    """The address that limits count."""
    return address_of(request, request.app[SETTINGS].hub_trusted_proxies)


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise UnauthorizedError("Please log in.")
    return token.strip()
