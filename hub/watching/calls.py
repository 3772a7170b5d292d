"""What is seen of every call and request, whatever the door: a span, the metrics, and a line in the log."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiohttp import hdrs, web
from opentelemetry.trace import SpanKind
from pydantic import ValidationError

from contracts.storage import is_unavailable
from contracts.tracing import ROOT, is_traced, span
from contracts.wire import Wire
from hub.errors import HubError
from hub.house import House
from hub.keys import METRICS
from hub.people import Person
from hub.watching.metrics import Metrics

log = logging.getLogger(__name__)
access_log = logging.getLogger("hub.requests")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Perform = Callable[[House, Person, str, Any], Awaitable[Wire]]
# Others are nobody's habit, and each would be a time series of its own.
METHODS: Final = hdrs.METH_ALL
# A connection lasts for hours, and its calls are watched one by one.
SOCKETS: Final = "/socket.io/"


@contextmanager
def watched_call(metrics: Metrics, name: str) -> Iterator[None]:
    """Around one call. Its line is for debugging: a busy hub has hundreds a second, and jobs have their own."""
    began_s, outcome = time.perf_counter(), "ok"
    try:
        with span(name, SpanKind.INTERNAL if is_traced() else SpanKind.SERVER):
            yield
    except Exception as error:
        outcome = code_of(error)
        raise
    finally:
        took_s = time.perf_counter() - began_s
        metrics.called(name, outcome, took_s)
        log.debug("%s: %s", name, outcome, extra={"took_ms": round(took_s * 1000, 1)})


def watched(perform: Perform) -> Perform:
    """Around every call that a person makes, by any door."""

    async def watching(house: House, person: Person, name: str, data: Any) -> Wire:
        with watched_call(house.metrics, name):
            return await perform(house, person, name, data)

    return watching


def code_of(error: Exception) -> str:
    """What a client hears of an error, as a code."""
    if isinstance(error, HubError):
        return error.code
    if isinstance(error, ValidationError):
        return "bad_request"
    return "storage_unavailable" if is_unavailable(error) else "internal"


@web.middleware
async def watch_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Around one request. It is known by its route: an address may hold a name, and a query may hold a secret.

    No trace of the client's goes on here, since anybody may send anything.
    """
    if request.path.startswith(SOCKETS):
        return await handler(request)
    method = request.method if request.method in METHODS else "other"
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "none"
    began_s, status = time.perf_counter(), 500
    try:
        with span(f"{method} {route}", SpanKind.SERVER, ROOT) as current:
            response = await _answered(request, handler)
            status = response.status
            current.set_attribute("http.response.status_code", status)
    finally:
        took_s = time.perf_counter() - began_s
        request.app[METRICS].requested(method, route, status, took_s)
        told = {"method": method, "route": route, "status": status, "took_ms": round(took_s * 1000, 1)}
        access_log.info("%s %s: %d", method, route, status, extra=told)
    if isinstance(response, web.HTTPException):
        raise response
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An HTTP error is an answer too."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return error
