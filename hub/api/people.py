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
from hub.accounts.rows import name_key
from hub.doors.asking import who, who_in_person
from hub.doors.http import form
from hub.keys import COOKIES, HOUSE
from hub.people import Person


async def get_account(request: web.Request) -> AccountCard:
    return await request.app[HOUSE].accounts.card(await who(request, "read"))


async def change_account(request: web.Request) -> AccountCard:
    person = await who(request, "account")
    return await request.app[HOUSE].accounts.change(person, await form(request, ChangeAccount))


async def change_password(request: web.Request) -> web.Response:
    person = await who_in_person(request)
    asked = await form(request, ChangePassword)
    await _count_guess(request, person)
    await request.app[HOUSE].accounts.change_password(person, asked)
    return web.Response(status=204)


async def delete_account(request: web.Request) -> web.Response:
    person = await who_in_person(request)
    asked = await form(request, DeleteAccount)
    await _count_guess(request, person)
    await request.app[HOUSE].accounts.leave(person, asked)
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


async def _count_guess(request: web.Request, person: Person) -> None:
    """A password is tried here as at a sign-in. Raises TooManyRequestsError."""
    await request.app[HOUSE].limits.use("sign_ins", address=person.address, name=name_key(person.name))
