"""HTTP clients so light that they are not what is measured: `python -m tests.bench.callers <plan as JSON>`.

Each line of JSON on its standard input, `{"requests": [[method, path, body], …], "times": …}`, is sent over the plan's
connections, one request after the other on each; a line says how long they took. It ends when its standard input does.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final

from tests.bench.report import percentile

END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Plan:
    """Where, how many connections, and with which headers each request is sent."""

    port: int
    connections: int
    headers: dict[str, str]


class Callers:
    """The connections, and what they measure."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def connect(self) -> None:
        for _ in range(self._plan.connections):
            self._streams.append(await asyncio.open_connection("127.0.0.1", self._plan.port, limit=1 << 24))

    async def measure(self, requests: list[tuple[str, str, Any]], times: int) -> dict[str, float]:
        """Requests a second and percentiles in ms. Raises RuntimeError when one is refused."""
        ready = [self._bytes(*request) for request in requests]
        work = islice(cycle(ready), times)
        took_s: list[float] = []
        began = time.perf_counter()
        await asyncio.gather(*(self._ask(stream, work, took_s) for stream in self._streams))
        rate = len(took_s) / (time.perf_counter() - began)
        took_ms = [one * 1000 for one in took_s]
        return {"per_s": rate, "p50_ms": percentile(took_ms, 0.5), "p99_ms": percentile(took_ms, 0.99)}

    async def _ask(
        self, stream: tuple[asyncio.StreamReader, asyncio.StreamWriter], work: Iterator[bytes], took_s: list[float]
    ) -> None:
        reader, writer = stream
        for request in work:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(END_OF_HEAD)
            body = await reader.readexactly(_length(head))
            took_s.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(f"{head!r} {body[:500]!r}")

    def _bytes(self, method: str, path: str, body: Any) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Host": f"127.0.0.1:{self._plan.port}", **self._plan.headers, "Content-Length": str(len(content))}
        if body is not None:
            headers["Content-Type"] = "application/json"
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + END_OF_HEAD + content


def _length(head: bytes) -> int:
    for header in head.lower().split(b"\r\n"):
        if header.startswith(b"content-length:"):
            return int(header.partition(b":")[2])
    return 0


async def main(plan: Plan) -> None:
    callers = Callers(plan)
    await callers.connect()
    print(json.dumps({"connected": plan.connections}), flush=True)
    while command := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await callers.measure(**json.loads(command))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Plan(**json.loads(sys.argv[1]))))
