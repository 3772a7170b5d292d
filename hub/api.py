"""The HTTP API: accounts, sessions, channels, bots."""

from aiohttp import web

from contracts.accounts import ChangeAccount, EnterAsGuest, LogIn, Register
from hub.http import answer, bearer, form
from hub.keys import HOUSE

routes = web.RouteTableDef()


@routes.post("/api/accounts")
async def register(request: web.Request) -> web.Response:
    return answer(await request.app[HOUSE].accounts.register(await form(request, Register)), status=201)


@routes.post("/api/sessions")
async def log_in(request: web.Request) -> web.Response:
    return answer(await request.app[HOUSE].accounts.log_in(await form(request, LogIn)), status=201)


@routes.delete("/api/sessions")
async def log_out(request: web.Request) -> web.Response:
    accounts = request.app[HOUSE].accounts
    await accounts.log_out(await accounts.person(bearer(request)))
    return web.Response(status=204)


@routes.post("/api/guests")
async def enter(request: web.Request) -> web.Response:
    return answer(await request.app[HOUSE].accounts.enter(await form(request, EnterAsGuest)), status=201)


@routes.get("/api/account")
async def account(request: web.Request) -> web.Response:
    accounts = request.app[HOUSE].accounts
    return answer(await accounts.card(await accounts.person(bearer(request))))


@routes.patch("/api/account")
async def change_account(request: web.Request) -> web.Response:
    accounts = request.app[HOUSE].accounts
    person = await accounts.person(bearer(request))
    return answer(await accounts.change(person, await form(request, ChangeAccount)))


@routes.get("/api/channels")
async def channels(request: web.Request) -> web.Response:
    house = request.app[HOUSE]
    cards = await house.access.readable(await house.accounts.person(bearer(request)))
    return web.json_response({"channels": [card.model_dump(mode="json") for card in cards]})


@routes.get("/api/bots")
async def bots(request: web.Request) -> web.Response:
    return web.json_response(
        {"bots": [status.model_dump(mode="json") for status in request.app[HOUSE].bots.statuses()]}
    )


@routes.route("*", "/api/{rest:.*}")
async def nothing(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound(reason="There is nothing at this address.")
