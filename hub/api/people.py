"""The HTTP calls of one's own account, and of its keys for programs."""

from aiohttp import web

from contracts.accounts import (
    AccountCard,
    ChangeAccount,
    ChangePassword,
    DeleteAccount,
    KeyCards,
    MakeKey,
    NewKey,
)
from hub.asking import who, who_in_person
from hub.http import form
from hub.keys import COOKIES, HOUSE


async def get_account(request: web.Request) -> AccountCard:
    return await request.app[HOUSE].accounts.card(await who(request, "read"))


async def change_account(request: web.Request) -> AccountCard:
    person = await who(request, "account")
    return await request.app[HOUSE].accounts.change(person, await form(request, ChangeAccount))


async def change_password(request: web.Request) -> web.Response:
    person = await who_in_person(request)
    await request.app[HOUSE].accounts.change_password(person, await form(request, ChangePassword))
    return web.Response(status=204)


async def delete_account(request: web.Request) -> web.Response:
    person = await who_in_person(request)
    await request.app[HOUSE].accounts.leave(person, await form(request, DeleteAccount))
    response = web.Response(status=204)
    request.app[COOKIES].forget(response)
    return response


async def list_keys(request: web.Request) -> KeyCards:
    person = await who(request, "account")
    return KeyCards(keys=await request.app[HOUSE].accounts.keys.cards(person))


async def make_key(request: web.Request) -> NewKey:
    person = await who_in_person(request)
    await request.app[HOUSE].limits.of(person, "keys")
    return await request.app[HOUSE].accounts.keys.make(person, await form(request, MakeKey))


async def revoke_key(request: web.Request) -> web.Response:
    person = await who(request, "account")
    await request.app[HOUSE].accounts.keys.revoke(person.name, request.match_info["keyId"])
    return web.Response(status=204)
