"""The edge of HTTP: bodies become forms, answers become JSON, and errors what a client may hear."""

import logging
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from contracts.storage import is_unavailable
from contracts.wire import Wire
from hub.doors.json_bodies import json_body
from hub.errors import BadRequestError, HubError, StorageUnavailableError
from hub.log.channel_log import BUSY

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Wire)


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong with a form, with the field's name and without what was typed."""
    first = error.errors(include_url=False, include_input=False)[0]
    # A name that is no Unicode must not break the answer that names it.
    field = ".".join(str(part) for part in first["loc"]).encode(errors="backslashreplace").decode()[:200]
    return f"{field}: {first['msg']}" if field else first["msg"]


def as_hub_error(error: Exception) -> HubError:
    """What a client may hear of any error; the unexpected is logged and not told."""
    if isinstance(error, HubError):
        return error
    if isinstance(error, ValidationError):
        return BadRequestError(sentence(error))
    if is_unavailable(error):
        return StorageUnavailableError(BUSY)
    log.error("an unexpected error", exc_info=error)
    return HubError("Something went wrong in the hub.")


async def form(request: web.Request, model: type[F]) -> F:
    """The body as a form. Raises BadRequestError, pydantic.ValidationError, or aiohttp's errors."""
    return model.model_validate(await json_body(request))


def answer(what: Wire, status: int = 200) -> web.Response:
    return web.json_response(text=what.model_dump_json(), status=status)
