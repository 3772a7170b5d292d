"""What the HTTP API answers when it refuses: problem details (RFC 9457)."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.calls import ErrorCode
from contracts.wire import Wire

# What only HTTP can refuse; everything else has the same code at every door.
ProblemCode = ErrorCode | Literal["invalid_form", "method_not_allowed", "too_large", "unsupported_media_type"]


class FormError(Wire):
    """What is wrong with one field; `pointer` is a JSON Pointer into what was sent, such as `#/parameters/seed`."""

    pointer: str
    detail: str


class Problem(Wire):
    """Every error under `/api/`. `type` is an address that explains the code; `detail` is a sentence for people.

    `errors`, at 422: each field that does not fit. `retry_after_s`, at 429 and 503: what the header `Retry-After` says.
    """

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    code: ProblemCode
    errors: tuple[FormError, ...] | None = None
    retry_after_s: Annotated[int, Field(ge=1)] | None = None


class ProblemMeaning(Wire):
    """What a code means, at the address that a problem has as its `type`."""

    code: ProblemCode
    title: str
    status: int
    meaning: str
