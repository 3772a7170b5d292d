"""A conversation over real processes, watched: one trace from the post to the answer, and logs that keep secrets."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from infra.ports import LOOPBACK, free_ports
from tests.bench.processes import ECHO, child, module, playground, until_served
from tests.client import HOME, client

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its children send their last spans on SIGTERM")

PASSWORD: Final = "correct horse battery"
WRONG: Final = "wrong horse battery"
TEXT: Final = "a sentence about turnips"
NAME: Final = "alice_in_wonderland"


@dataclass
class Collector:
    """An OTLP collector that keeps all spans."""

    spans: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        for resource in sent.resource_spans:
            service = next(one.value.string_value for one in resource.resource.attributes if one.key == "service.name")
            for scope in resource.scope_spans:
                self.spans += [
                    {
                        "service": service,
                        "name": span.name,
                        "trace": span.trace_id.hex(),
                        "id": span.span_id.hex(),
                        "parent": span.parent_span_id.hex(),
                        "attributes": {one.key: str(one.value) for one in span.attributes},
                    }
                    for span in scope.spans
                ]
        return web.Response(body=b"", content_type="application/x-protobuf")

    def named(self, name: str) -> list[dict[str, Any]]:
        return [span for span in self.spans if span["name"] == name]


@dataclass(frozen=True)
class Watched:
    """What was seen of the conversation; tokens are those that were handed out."""

    collector: Collector
    hub_log: str
    engine_log: str
    tokens: tuple[str, ...]


@asynccontextmanager
async def collecting(collector: Collector) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, 0).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def post_json(address: str, form: Mapping[str, str]) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.post(address, json=form) as response:
        answer: dict[str, Any] = await response.json()
        return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched() -> AsyncIterator[Watched]:
    """Register, log in wrongly and rightly, and ask the echo; hub and engine end before anybody looks."""
    collector = Collector()
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(playground())
        traces = await stack.enter_async_context(collecting(collector))
        async with house(place.folder, place.connection_string, traces) as address:
            registered = await post_json(f"{address}/api/accounts", {"name": NAME, "password": PASSWORD})
            await post_json(f"{address}/api/sessions", {"name": NAME, "password": WRONG})
            session = await post_json(f"{address}/api/sessions", {"name": NAME, "password": PASSWORD})
            async with client(address, NAME, session["accessToken"]) as alice:
                await alice.join()
                await alice.post(f"@{ECHO} {TEXT}")
                await alice.until(lambda person: len(person.answers()) == 1)
                await alice.post("")
        tokens = (registered["accessToken"], session["accessToken"])
        hub_log, engine_log = ((place.folder / name).read_text() for name in ("hub.log", "engine.log"))
        yield Watched(collector, hub_log, engine_log, tokens)


@asynccontextmanager
async def house(folder: Path, connection_string: str, traces: str) -> AsyncIterator[str]:
    """Hub and engine, everything watched; gives the hub's address when the echo is awake."""
    address = f"http://{LOOPBACK}:{free_ports(1)}"
    bots = folder / "bots.toml"
    bots.write_text(f'[[bot]]\nname = "{ECHO}"\nkind = "echo"\n')
    shared = {
        "AZURE_STORAGE_CONNECTION_STRING": connection_string,
        "OTEL_EXPORTER_OTLP_ENDPOINT": traces,
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
    }
    hub = shared | {"HUB_PORT": address.rpartition(":")[2], "PLAYHOUSE_DATA": str(folder)}
    engine = shared | {"ENGINE_BOTS": str(bots)}
    async with (
        child(module("hub"), hub, folder, folder / "hub.log"),
        child(module("engine"), engine, folder, folder / "engine.log"),
    ):
        await until_served(f"{address}/api/bots", '"awake":true')
        yield address


def test_one_trace_leads_from_the_post_through_queue_and_engine_to_the_answer(watched: Watched) -> None:
    posts = watched.collector.named("ReceiveMessage")
    (send,) = watched.collector.named("send chat-input")
    post = next(span for span in posts if span["id"] == send["parent"])
    (work,) = watched.collector.named("process chat-input")
    (back,) = watched.collector.named("send chat-output")
    (applied,) = watched.collector.named("process chat-output")
    commits = [span for span in watched.collector.named("commit") if span["trace"] == post["trace"]]
    assert {span["trace"] for span in (send, work, back, applied)} == {post["trace"]}
    assert [span["parent"] for span in (work, back, applied)] == [send["id"], work["id"], back["id"]]
    assert {post["id"], applied["id"]} == {span["parent"] for span in commits}
    services = [span["service"] for span in (post, send, work, back, applied)]
    assert services == ["playhouse-hub", "playhouse-hub", "playhouse-engine", "playhouse-engine", "playhouse-hub"]
    assert {"playhouse.job", "playhouse.bot", "playhouse.model", "playhouse.queue_ms"} <= set(work["attributes"])


def test_spans_tell_nothing_of_who_said_what_where(watched: Watched) -> None:
    told = json.dumps(watched.collector.spans)
    assert [secret for secret in (TEXT, PASSWORD, WRONG, NAME, HOME, *watched.tokens) if secret in told] == []


@pytest.mark.parametrize("side", ["hub_log", "engine_log"])
def test_each_line_of_the_log_is_json_and_none_holds_a_secret(watched: Watched, side: str) -> None:
    log: str = getattr(watched, side)
    assert [secret for secret in ("turnips", "horse battery", *watched.tokens) if secret in log] == []
    # The settings are printed, not logged.
    lines = [json.loads(line) for line in log.splitlines() if not line.startswith(("hub: ", "engine: "))]
    assert all({"time", "level", "logger", "message", "service"} <= set(line) for line in lines)
    assert any("traceId" in line and "spanId" in line for line in lines)


def test_requests_and_calls_leave_a_line_with_what_came_of_them(watched: Watched) -> None:
    lines = [json.loads(line) for line in watched.hub_log.splitlines() if line.startswith("{")]
    requests = {(line["method"], line["route"], line["status"]) for line in lines if line["logger"] == "hub.requests"}
    assert {("POST", "/api/accounts", 201), ("POST", "/api/sessions", 401)} <= requests
    calls = {line["message"] for line in lines if line["logger"] == "hub.watching.calls" and line["level"] == "DEBUG"}
    assert {"ReceiveMessage: ok", "ReceiveMessage: empty_text", "Connect: ok"} <= calls
