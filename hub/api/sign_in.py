"""The HTTP calls that send people to a provider, and bring them back into the page."""

import logging

from aiohttp import web

from hub.doors.asking import who_in_person
from hub.errors import HubError, UnauthorizedError
from hub.keys import COOKIES, HOUSE, OAUTH

log = logging.getLogger(__name__)


async def start_sign_in(request: web.Request) -> web.Response:
    linking = await who_in_person(request) if "link" in request.query else None
    target = request.query.get("to", "/")
    departure = await request.app[OAUTH].begin(request.match_info["provider"], target, linking)
    response = _to(departure.address)
    request.app[COOKIES].remember_handshake(response, departure.sealed)
    return response


async def end_sign_in(request: web.Request) -> web.Response:
    """People come here by a redirect, so what goes wrong is told by the page."""
    try:
        response = await _arrived(request)
    except HubError as error:
        log.info("a sign-in failed: %s", error)
        response = _to("/#sign-in-failed")
    request.app[COOKIES].remember_handshake(response, None)
    return response


async def _arrived(request: web.Request) -> web.Response:
    accounts, cookies = request.app[HOUSE].accounts, request.app[COOKIES]
    sealed = cookies.handshake(request.cookies)
    arrival = await request.app[OAUTH].finish(request.match_info["provider"], sealed, request.query)
    response = _to(f"{arrival.target}#signed-in")
    if arrival.linking is None:
        cookies.keep(response, await accounts.sign_in(arrival.vouched.identity, arrival.vouched.wanted_name))
        return response
    if not await accounts.stands(arrival.linking):
        raise UnauthorizedError("This session has ended; please log in again.")
    await accounts.identities.link(arrival.linking, arrival.vouched.identity)
    return response


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
