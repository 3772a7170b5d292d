"""Who is asking: a bearer's token."""

from aiohttp import web

from hub.errors import ForbiddenError
from hub.http import bearer
from hub.keys import HOUSE
from hub.people import Person, Scope


async def who(request: web.Request, scope: Scope | None = None) -> Person:
    """Raises UnauthorizedError, or ForbiddenError when the token does not allow `scope`."""
    person = await request.app[HOUSE].accounts.person(bearer(request))
    if scope is not None and scope not in person.scopes:
        raise ForbiddenError(f"This key has no right to {scope}.")
    return person
