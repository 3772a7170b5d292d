"""Traces of a message from the post to the answer: OpenTelemetry, which costs next to nothing until an address is set.

Attributes are ids, numbers and names of bots and models. No text, prompt, token, person or channel goes into them: a
channel may be private, and who reads traces is not who may read messages.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span, get_tracer, set_tracer_provider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACER: Final = get_tracer("playhouse")
PROPAGATOR: Final = TraceContextTextMapPropagator()
# A collector that is away holds up the end of the process no longer.
EXPORT_TIMEOUT_S: Final = 3
ROOT: Final = Context()

Attribute = str | int | float | bool


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, parent: Context | None = None, **attributes: Attribute
) -> Iterator[Span]:
    """A span around a block, below the current one or `parent`. `playhouse.` stands before the attributes' names.

    Of an error it tells the class alone: its text may quote a message.
    """
    named = {f"playhouse.{attribute}": value for attribute, value in attributes.items()}
    with TRACER.start_as_current_span(
        name, parent, kind, named, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_status(StatusCode.ERROR)
            current.set_attribute("error.type", type(error).__name__)
            raise


def span_within(name: str) -> AbstractContextManager[Span | None]:
    """A span where there is one to stand below; what a loop does by itself begins no trace of its own."""
    return span(name) if is_traced() else nullcontext()


def is_traced() -> bool:
    """Whether there is a current span."""
    return get_current_span().get_span_context().is_valid


def here() -> str | None:
    """The current span as a `traceparent`; None while nothing is traced."""
    carrier: dict[str, str] = {}
    PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def after(traceparent: str | None) -> Context:
    """To go on where another process was; a new trace where there is nothing to go on from."""
    return ROOT if traceparent is None else PROPAGATOR.extract({"traceparent": traceparent}, ROOT)


def start_traces(service: str, address: str | None) -> Callable[[], None]:
    """Send spans to an OTLP collector from now on, in batches over HTTP. Returns what sends the last ones."""
    if address is None:
        return _nothing
    # A hundred modules that no process needs whose traces are off.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    set_tracer_provider(provider)
    return provider.shutdown


def _nothing() -> None:
    return None
