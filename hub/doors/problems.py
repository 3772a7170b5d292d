"""Every error under `/api/` as problem details (RFC 9457), also those that aiohttp makes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from contracts.problems import FormError, Problem, ProblemCode, ProblemMeaning
from hub.doors.http import as_hub_error, sentence
from hub.doors.json_bodies import MOST_BYTES
from hub.errors import HubError, TooManyRequestsError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROBLEMS: Final = "/api/problems/"
# Storage that was away is often back by then.
RETRY_AFTER_S: Final = 2
# A body of a thousand wrong names needs no thousand sentences.
MOST_FORM_ERRORS: Final = 20


@dataclass(frozen=True)
class Meaning:
    """What a code means, for those who look at its address."""

    status: int
    title: str
    explained: str


MEANINGS: Final[Mapping[ProblemCode, Meaning]] = {
    "bad_request": Meaning(
        400, "Not understood", "The body is no JSON, or parts of the request contradict each other."
    ),
    "unauthorized": Meaning(401, "Not logged in", "There is no valid token; log in, or refresh the session."),
    "invalid_credentials": Meaning(401, "Wrong name or password", "No account has this name and this password."),
    "forbidden": Meaning(403, "Not allowed", "This person, or this token, has no right to do that."),
    "not_found": Meaning(404, "Not found", "Nothing is at this address, or nothing that is this person's business."),
    "unknown_channel": Meaning(404, "No such channel", "There is no such channel, or this person may not know of it."),
    "unknown_bot": Meaning(404, "No such bot", "No engine has announced a bot of this name."),
    "method_not_allowed": Meaning(405, "Not with this method", "The header `Allow` names the methods of this address."),
    "conflict": Meaning(409, "Not as things stand", "What stands does not allow it: load it again and look."),
    "name_taken": Meaning(409, "The name is taken", "Somebody else, or a bot, has this name."),
    "text_too_long": Meaning(413, "The text is too long", "A message holds 40,000 characters."),
    "too_large": Meaning(413, "The body is too large", f"A body holds at most {MOST_BYTES // 1024} KiB of JSON."),
    "unsupported_media_type": Meaning(415, "Not JSON", "Send JSON, with the header `Content-Type: application/json`."),
    "picture_too_large": Meaning(413, "The picture is too large", "It has too many bytes, or too many pixels."),
    "unsupported_picture": Meaning(415, "Not a picture", "Send a PNG, a JPEG, a WebP or a GIF."),
    "broken_picture": Meaning(422, "The picture is broken", "It says that it is a picture, and cannot be read as one."),
    "weak_password": Meaning(422, "The password is weak", "It is among the first that are tried, or too easy to find."),
    "empty_text": Meaning(422, "The text is empty", "A message needs some text."),
    "invalid_form": Meaning(
        422, "The form does not fit", "The JSON or the query does not fit the form; `errors` names each field."
    ),
    "too_many_requests": Meaning(
        429, "Too much in a short time", "Wait as long as the header `Retry-After` says, in seconds."
    ),
    "internal": Meaning(500, "An error of the hub", "It is in the hub's log."),
    "storage_unavailable": Meaning(
        503, "The storage is away", "Nothing was done; try again after as many seconds as `Retry-After` says."
    ),
}
BY_STATUS: Final[Mapping[int, ProblemCode]] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


def meaning(code: str) -> ProblemMeaning | None:
    """The page of a code."""
    return next(
        (
            ProblemMeaning(code=known, title=one.title, status=one.status, meaning=one.explained)
            for known, one in MEANINGS.items()
            if known == code
        ),
        None,
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error of the API is a problem document; the page and the pictures keep plain ones."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or not request.path.startswith("/api/"):
            raise
        return _of_aiohttp(error)
    except ValidationError as error:
        return _of_form(error, request)
    except Exception as error:  # noqa: BLE001  translated once, at the edge
        return _of_hub(as_hub_error(error))


def _of_aiohttp(error: web.HTTPException) -> web.Response:
    code = BY_STATUS.get(error.status, "bad_request" if error.status < 500 else "internal")
    allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _answer(_problem(code, MEANINGS[code].explained), allowed)


def _of_form(error: ValidationError, request: web.Request) -> web.Response:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    if any(one["loc"] and one["loc"][0] in request.match_info for one in found):
        return _answer(_problem("not_found", "There is nothing at this address."))
    errors = tuple(
        FormError(pointer=_pointer(one["loc"]), detail=one["msg"].removeprefix("Value error, "))
        for one in found[:MOST_FORM_ERRORS]
    )
    return _answer(_problem("invalid_form", sentence(error)).model_copy(update={"errors": errors}))


def _of_hub(error: HubError) -> web.Response:
    retry_after_s = RETRY_AFTER_S if error.status == 503 else None
    if isinstance(error, TooManyRequestsError):
        retry_after_s = error.retry_after_s
    return _answer(_problem(error.code, str(error)).model_copy(update={"retry_after_s": retry_after_s}))


def _problem(code: ProblemCode, detail: str) -> Problem:
    known = MEANINGS[code]
    return Problem(type=f"{PROBLEMS}{code}", title=known.title, status=known.status, detail=detail, code=code)


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    told = dict(headers or {})
    if problem.retry_after_s is not None:
        told["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        told["WWW-Authenticate"] = "Bearer"
    return web.Response(
        text=problem.model_dump_json(exclude_none=True),
        status=problem.status,
        content_type="application/problem+json",
        headers=told,
    )


def _pointer(where: tuple[int | str, ...]) -> str:
    """A JSON Pointer as a fragment (RFC 6901)."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in where)
