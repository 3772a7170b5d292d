"""The JSON of a request's body, read strictly: nothing in it may mean two things, or nothing."""

import json

from aiohttp import web
from pydantic_core import from_json

from hub.errors import BadRequestError

# 40,000 characters outside the basic plane, each as twelve characters of JSON, and what stands around them.
MOST_BYTES = 512 * 1024


async def json_body(request: web.Request) -> object:
    """The body. Raises BadRequestError, and aiohttp's errors for one that is too large or of another type."""
    # A form of another site can't send this type without asking first.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return parsed(await request.read())


def parsed(raw: bytes) -> object:
    """JSON without NaN, lone surrogates, endless nesting or names that come twice. Raises BadRequestError."""
    try:
        from_json(raw, allow_inf_nan=False)
        return json.loads(raw, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"The body is no JSON: {_said(error)}.") from error


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _said(error: Exception) -> str:
    """What the parser says without the text around it."""
    return str(error).partition("\n")[0][:200]
