"""The edge of HTTP: bodies become forms, errors become problem details (RFC 9457)."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from contracts.storage import is_unavailable
from contracts.wire import Wire
from hub.channel_log import BUSY
from hub.errors import BadRequestError, HubError, StorageUnavailableError, TooManyRequestsError, UnauthorizedError

log = logging.getLogger(__name__)

# Storage that was away is often back by then.
RETRY_AFTER_S = 2

F = TypeVar("F", bound=Wire)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong with a form, with the field's name and without what was typed."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
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
    """The body as a form. Raises BadRequestError or pydantic.ValidationError."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError) as error:
        raise BadRequestError("The body is not JSON.") from error
    return model.model_validate_json(json.dumps(body))


def answer(what: Wire, status: int = 200) -> web.Response:
    return web.json_response(text=what.model_dump_json(), status=status)


def bearer(request: web.Request) -> str:
    """The token of the Authorization header. Raises UnauthorizedError."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise UnauthorizedError("Please log in.")
    return token.strip()


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error of the API is a problem document; the page and the pictures keep plain ones."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or not request.path.startswith("/api/"):
            raise
        return _problem(error.status, "not_found" if error.status == 404 else "bad_request", error.reason)
    except Exception as error:  # noqa: BLE001  translated once, at the edge
        told = as_hub_error(error)
        return _problem(told.status, told.code, str(told), _retry_after_s(told))


def _retry_after_s(error: HubError) -> int | None:
    if isinstance(error, TooManyRequestsError):
        return error.retry_after_s
    return RETRY_AFTER_S if error.status == 503 else None


def _problem(status: int, code: str, detail: str, retry_after_s: int | None = None) -> web.Response:
    body = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "detail": detail, "code": code}
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)
