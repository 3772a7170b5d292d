"""What a request says: path, query and body become the fields of one form."""

from collections.abc import Mapping
from typing import Any, get_origin

from aiohttp import web

from contracts.wire import Wire
from hub.api.route import Route
from hub.doors.json_bodies import json_body
from hub.errors import BadRequestError


async def fields(request: web.Request, route: Route) -> dict[str, object]:
    """All fields. Raises BadRequestError where two places contradict each other, and aiohttp's errors."""
    found: dict[str, object] = dict(request.match_info)
    for name, said in (await _said(request, route)).items():
        if name in found and str(said) != str(found[name]):
            raise BadRequestError(f"{name} contradicts the address.")
        found.setdefault(name, said)
    return found


async def _said(request: web.Request, route: Route) -> Mapping[str, object]:
    if route.method in ("GET", "DELETE"):
        return _query(request, route.asks)
    if request.query:
        raise BadRequestError("Send the fields in the body: this address takes no query.")
    if not request.can_read_body:
        return {}
    body = await json_body(request)
    if not isinstance(body, dict):
        raise BadRequestError("The body is no JSON object.")
    return body


def _query(request: web.Request, model: type[Wire] | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        if model is not None and _takes_several(model, name):
            found[name] = values
        elif len(values) > 1:
            raise BadRequestError(f"{name} stands twice in the query.")
        else:
            found[name] = values[0]
    return found


def _takes_several(model: type[Wire], name: str) -> bool:
    known: Any = next((one for key, one in model.model_fields.items() if name in (key, one.alias)), None)
    return known is not None and get_origin(known.annotation) in (tuple, list, set, frozenset)
