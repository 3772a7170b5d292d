"""Many WebSocket clients in one process, light enough that they are not what is measured.

`python -m tests.bench.crowd <plan as JSON>` connects them and says so in a line of JSON. Then each line of JSON on its
standard input, `{"messages": …, "in_flight": …, "every_s": …}`, makes the first client ask for so many broadcasts, and
a line says how long they took. It ends when its standard input does. No library stands between these clients and their
sockets: a receiver costs a system call and a few comparisons.
"""

import base64
import json
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any, Final

from tests.bench.report import percentile

READ_BYTES: Final = 1 << 16
CONNECTING_AT_ONCE: Final = 50
PATIENCE_S: Final = 120.0
LOOK_S: Final = 0.001
REST_S: Final = 1.0
# Everything that is no broadcast is shorter.
BROADCAST_BYTES: Final = 300
ENGINE_IO_PING: Final = b"2"
ENGINE_IO_PONG: Final = b"3"


@dataclass(frozen=True)
class Plan:
    """The members connect to the `ports` in turn.

    `opening`: what each client hears (its beginning) and then says, until it is in. `ask` makes a broadcast.
    """

    ports: tuple[int, ...]
    path: str
    members: int
    opening: tuple[tuple[str, str], ...]
    last_heard: str
    ask: str


@dataclass
class Member:
    """One client. `step` counts what of the opening is done, `heard` the broadcasts of a measurement."""

    socket: socket.socket
    rest: bytes = b""
    step: int = -1
    heard: int = 0


class Crowd:
    """The clients and their one loop."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._selector = selectors.DefaultSelector()
        self._members: list[Member] = []
        self._inside = 0
        self._asked_at: list[float] = []
        self._waits_s: list[float] = []

    def connect(self) -> None:
        """Returns when all are in."""
        while self._inside < self._plan.members:
            connecting = len(self._members) - self._inside
            if len(self._members) < self._plan.members and connecting < CONNECTING_AT_ONCE:
                self._knock()
            else:
                self._turn()

    def measure(self, messages: int, in_flight: int, every_s: float) -> dict[str, object]:
        """Broadcasts, at most `in_flight` under way at once, at least `every_s` seconds between two."""
        self._asked_at, self._waits_s = [], []
        for member in self._members:
            member.heard = 0
        began = time.perf_counter()
        for number in range(messages):
            self._until_heard(max(0, number - in_flight + 1))
            self._until(began + number * every_s)
            self._asked_at.append(time.perf_counter())
            self._say(self._members[0], self._plan.ask.encode())
        self._until_heard(messages)
        took_s = time.perf_counter() - began
        waits_ms = [wait_s * 1000 for wait_s in self._waits_s]
        return {
            "deliveries": len(waits_ms),
            "per_s": len(waits_ms) / took_s,
            "p50_ms": percentile(waits_ms, 0.5),
            "p99_ms": percentile(waits_ms, 0.99),
        }

    def serve(self, commands: int) -> None:
        """Measures what is asked for on the file `commands`; pings are answered meanwhile."""
        self._selector.register(commands, selectors.EVENT_READ)
        text = b""
        while True:
            if not self._turn(REST_S):
                continue
            piece = os.read(commands, READ_BYTES)
            if not piece:
                return
            *lines, text = (text + piece).split(b"\n")
            for command in lines:
                print(json.dumps(self.measure(**json.loads(command))), flush=True)

    def _knock(self) -> None:
        ports = self._plan.ports
        connection = socket.create_connection(("127.0.0.1", ports[len(self._members) % len(ports)]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            f"GET {self._plan.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        connection.setblocking(False)
        member = Member(connection)
        self._members.append(member)
        self._selector.register(connection, selectors.EVENT_READ, member)

    def _until_heard(self, messages: int) -> None:
        give_up = time.perf_counter() + PATIENCE_S
        while len(self._waits_s) < messages * len(self._members):
            self._turn()
            if time.perf_counter() > give_up:
                raise TimeoutError(f"{len(self._waits_s)} deliveries of {messages} messages")

    def _until(self, moment: float) -> None:
        while time.perf_counter() < moment:
            self._turn()

    def _turn(self, at_most_s: float = LOOK_S) -> bool:
        """One look at all sockets. Whether a command can be read."""
        is_asked = False
        for key, _ in self._selector.select(at_most_s):
            if isinstance(key.data, Member):
                self._read(key.data)
            else:
                is_asked = True
        return is_asked

    def _read(self, member: Member) -> None:
        data = member.socket.recv(READ_BYTES)
        if not data:
            raise ConnectionError("the server dropped a client")
        now = time.perf_counter()
        data = member.rest + data if member.rest else data
        at = 0
        if member.step < 0:
            if (at := data.find(b"\r\n\r\n") + 4) < 4:
                member.rest = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                raise ConnectionError(data.decode())
            self._advance(member, 0)
        while (frame := _frame(data, at)) is not None:
            start, end = frame
            self._hear(member, data, start, end, now)
            at = end
        member.rest = data[at:]

    def _hear(self, member: Member, data: bytes, start: int, end: int, now: float) -> None:
        if self._asked_at and end - start >= BROADCAST_BYTES:
            self._waits_s.append(now - self._asked_at[member.heard])
            member.heard += 1
        elif data[start:end] == ENGINE_IO_PING:
            self._say(member, ENGINE_IO_PONG)
        elif member.step <= len(self._plan.opening):
            said = data[start:end].decode()
            if member.step < len(self._plan.opening):
                heard, reply = self._plan.opening[member.step]
                if said.startswith(heard):
                    self._say(member, reply.encode())
                    self._advance(member, member.step + 1)
            elif said.startswith(self._plan.last_heard):
                self._advance(member, member.step + 1)

    def _advance(self, member: Member, step: int) -> None:
        """A client that has nothing (more) to hear is in."""
        if step == len(self._plan.opening) and not self._plan.last_heard:
            step += 1
        member.step = step
        self._inside += step > len(self._plan.opening)

    def _say(self, member: Member, payload: bytes) -> None:
        """A text frame. The mask that clients must use is zero, which leaves the payload as it is."""
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        member.socket.sendall(head + bytes(4) + payload)


def _frame(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the payload of the unmasked frame at `at` begins and ends; None when it is not there whole."""
    if len(data) < at + 2:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
    elif size == 127:
        size, start = int.from_bytes(data[start : start + 8], "big"), start + 8
    return (start, start + size) if len(data) >= start + size else None


def main(plan: dict[str, Any]) -> None:
    opening = tuple((heard, said) for heard, said in plan.pop("opening"))
    crowd = Crowd(Plan(opening=opening, ports=tuple(plan.pop("ports")), **plan))
    crowd.connect()
    print(json.dumps({"connected": plan["members"]}), flush=True)
    crowd.serve(sys.stdin.fileno())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
