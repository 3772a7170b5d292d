"""The log of a process: plain lines for a terminal, or JSON lines for a machine, each with the trace it belongs to."""

import logging
from collections.abc import Sequence
from typing import Any, Literal

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span
from pythonjsonlogger.json import JsonFormatter

LogFormat = Literal["plain", "json"]
LogLevel = Literal["debug", "info", "warning"]

PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Storage's own log has a line for each request, and so has that of the other libraries that ask something.
TALKATIVE = ("azure", "httpx2")
# On a terminal nobody reads a line for each request.
ONLY_IN_JSON = "hub.rooms.access"


class JsonLines(JsonFormatter):
    """One object a line: time, level, logger, message, service, what the line adds, and the current span."""

    def __init__(self, service: str) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            static_fields={"service": service},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        context = get_current_span().get_span_context()
        if context.is_valid:
            log_data["traceId"] = format_trace_id(context.trace_id)
            log_data["spanId"] = format_span_id(context.span_id)


def open_log(
    service: str, form: LogFormat, level: LogLevel, ours: Sequence[str], handler: logging.Handler | None = None
) -> None:
    """`level` is for the loggers named in `ours`, the libraries' are at `info`. `handler` takes plain messages bare."""
    if form == "json":
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines(service))
    elif handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(PLAIN))
    else:
        handler.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ours:
        logging.getLogger(name).setLevel(level.upper())
    if form == "plain":
        logging.getLogger(ONLY_IN_JSON).setLevel(logging.WARNING)
