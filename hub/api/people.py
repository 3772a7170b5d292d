"""The HTTP calls of accounts and sessions."""

from aiohttp import web

from contracts.accounts import AccountCard, ChangeAccount, EnterAsGuest, LogIn, Register
from hub.asking import asked_from, who
from hub.http import answer, form
from hub.keys import HOUSE


async def register(request: web.Request) -> web.Response:
    house, wanted = request.app[HOUSE], await form(request, Register)
    await house.limits.use("registrations", address=asked_from(request))
    return answer(await house.accounts.register(wanted), status=201)


async def log_in(request: web.Request) -> web.Response:
    house, wanted = request.app[HOUSE], await form(request, LogIn)
    await house.limits.use("sign_ins", address=asked_from(request), name=wanted.name.lower())
    return answer(await house.accounts.log_in(wanted), status=201)


async def log_out(request: web.Request) -> web.Response:
    await request.app[HOUSE].accounts.log_out(await who(request))
    return web.Response(status=204)


async def enter_as_guest(request: web.Request) -> web.Response:
    house, wanted = request.app[HOUSE], await form(request, EnterAsGuest)
    await house.limits.use("registrations", address=asked_from(request))
    return answer(await house.accounts.enter(wanted), status=201)


async def get_account(request: web.Request) -> AccountCard:
    return await request.app[HOUSE].accounts.card(await who(request))


async def change_account(request: web.Request) -> AccountCard:
    person = await who(request)
    return await request.app[HOUSE].accounts.change(person, await form(request, ChangeAccount))
