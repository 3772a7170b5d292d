"""What the hub counts and times, for Prometheus. Labels are few and fixed: no person, and no channel, is one."""

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from contracts.events import AnyJobEvent, Failed, Finished, Progress
from hub.bots import Bots
from hub.clock import now_ms
from hub.log.rows import Stored

# From a quick call to one that storage holds up.
CALL_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# From an echo to a picture of a slow card, and to a workstation that slept.
ANSWER_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
TOKENS_A_SECOND: Final = (5, 10, 20, 40, 80, 160, 320, 640, 1280)
LAG_S: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1)


class Metrics:
    """One for each hub, with a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._calls = Counter(
            "playhouse_calls", "Calls by people, by what came of them.", ("call", "outcome"), registry=registry
        )
        self._requests = Counter(
            "playhouse_requests", "HTTP requests.", ("method", "route", "status"), registry=registry
        )
        self._refused = Counter("playhouse_limits_refused", "What a limit refused.", ("door",), registry=registry)
        self._failures = Counter("playhouse_failures", "Answers that failed.", ("code",), registry=registry)
        self._tokens = Counter("playhouse_tokens", "Tokens that models wrote.", ("kind",), registry=registry)
        self._call_s = self._histogram("call_seconds", "How long calls took.", CALL_S, "call")
        self._request_s = self._histogram("request_seconds", "How long requests took.", CALL_S, "route")
        self._first_s = self._histogram("first_snapshot_seconds", "From post to first words.", ANSWER_S, "kind")
        self._answer_s = self._histogram("answer_seconds", "From post to whole answer.", ANSWER_S, "kind")
        self._speed = self._histogram("tokens_a_second", "How fast models wrote.", TOKENS_A_SECOND, "kind")
        self.lag_s: Final = self._histogram("loop_lag_seconds", "How late the event loop was.", LAG_S)

    def _histogram(self, name: str, words: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"playhouse_{name}", words, labels, buckets=buckets, registry=self.registry)

    def called(self, call: str, outcome: str, took_s: float) -> None:
        self._calls.labels(call, outcome).inc()
        self._call_s.labels(call).observe(took_s)
        if outcome == "too_many_requests":
            self._refused.labels("call").inc()

    def requested(self, method: str, route: str, status: int, took_s: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(route).observe(took_s)
        if status == 429:
            self._refused.labels("http").inc()

    def answered(self, event: AnyJobEvent, before: Stored, bots: Bots) -> None:
        """An event changed a placeholder, which was `before`."""
        card = bots.find(before.message.sender)
        kind = "unknown" if card is None else card.kind
        took_s = max(0, now_ms() - before.message.sent_at) / 1000
        if isinstance(event, Progress | Finished) and not before.message.text and before.message.progress is None:
            self._first_s.labels(kind).observe(took_s)
        if isinstance(event, Failed):
            self._failures.labels(event.code).inc()
        if isinstance(event, Finished):
            self._answer_s.labels(kind).observe(took_s)
            self._tokens.labels(kind).inc(event.usage.completion_tokens or 0)
            if event.usage.tokens_per_second is not None:
                self._speed.labels(kind).observe(event.usage.tokens_per_second)
