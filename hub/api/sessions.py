"""The HTTP calls of the ways in, and of the sessions that they open."""

from aiohttp import web

from contracts.accounts import Doors, EnterAsGuest, Keep, LogIn, RefreshSession, Register, Session, SessionCards
from hub.accounts.rows import name_key
from hub.doors.asking import asked_from, who, who_in_person
from hub.doors.http import answer, form
from hub.doors.origins import require_own_page
from hub.errors import UnauthorizedError
from hub.keys import COOKIES, HOUSE, OAUTH, SETTINGS


async def list_doors(request: web.Request) -> Doors:
    return Doors(guests=request.app[SETTINGS].hub_guests, providers=request.app[OAUTH].cards())


async def register(request: web.Request) -> web.Response:
    asked = await form(request, Register)
    await request.app[HOUSE].limits.use("registrations", address=asked_from(request))
    _require_own_page_for(asked.keep, request)
    return _opened(request, await request.app[HOUSE].accounts.register(asked), asked.keep)


async def log_in(request: web.Request) -> web.Response:
    asked = await form(request, LogIn)
    await request.app[HOUSE].limits.use("sign_ins", address=asked_from(request), name=name_key(asked.name))
    _require_own_page_for(asked.keep, request)
    return _opened(request, await request.app[HOUSE].accounts.log_in(asked), asked.keep)


async def enter_as_guest(request: web.Request) -> web.Response:
    asked = await form(request, EnterAsGuest)
    await request.app[HOUSE].limits.use("registrations", address=asked_from(request))
    _require_own_page_for(asked.keep, request)
    return _opened(request, await request.app[HOUSE].accounts.enter(asked), asked.keep)


async def refresh_session(request: web.Request) -> web.Response:
    given = (await form(request, RefreshSession)).refresh_token
    keep: Keep = "cookie" if given is None else "body"
    _require_own_page_for(keep, request)
    token = given or request.app[COOKIES].refresh_token(request.cookies)
    if token is None:
        raise UnauthorizedError("Please log in.")
    return _opened(request, await request.app[HOUSE].accounts.sessions.refresh(token), keep, status=200)


async def list_sessions(request: web.Request) -> SessionCards:
    person = await who(request, "account")
    return SessionCards(sessions=await request.app[HOUSE].accounts.sessions.cards(person))


async def log_out(request: web.Request) -> web.Response:
    person = await who_in_person(request)
    await request.app[HOUSE].accounts.sessions.end(person.name, person.session_id)
    return _closed(request)


async def log_out_everywhere(request: web.Request) -> web.Response:
    person = await who(request, "account")
    await request.app[HOUSE].accounts.sessions.end_all(person.name)
    return _closed(request)


def _require_own_page_for(keep: Keep, request: web.Request) -> None:
    """Another site must not log somebody in as somebody else."""
    if keep == "cookie":
        require_own_page(request, request.app[SETTINGS].hub_public_url)


def _opened(request: web.Request, session: Session, keep: Keep, status: int = 201) -> web.Response:
    if keep == "body":
        return answer(session, status)
    response = answer(session.model_copy(update={"access_token": None, "refresh_token": None}), status)
    request.app[COOKIES].keep(response, session)
    return response


def _closed(request: web.Request) -> web.Response:
    response = web.Response(status=204)
    request.app[COOKIES].forget(response)
    return response
