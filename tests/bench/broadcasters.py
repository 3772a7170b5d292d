"""Servers that tell all members when one asks for it: `python -m tests.bench.broadcasters <name> [<Redis>]`."""

import asyncio
import gc
import json
import sys
from typing import Any, Final

import socketio
from aiohttp import web

from hub.live.broadcast import socket_server

ROOM: Final = "channel:CoopAndPabloPlayHouse"
# With its envelope 400 bytes, as a chat message has them.
MESSAGE: Final[dict[str, Any]] = {
    "commentId": 373_000_000_000_000,
    "channel": "CoopAndPabloPlayHouse",
    "topic": "General",
    "sender": "person",
    "text": "x" * 207,
    "isBot": False,
    "isThinking": False,
    "sentAt": 1_795_000_000_000,
    "revision": 1_000,
}


def ours(redis_url: str | None) -> web.Application:
    return _socket_io(socket_server(redis_url, None))


def python_socketio(_redis_url: str | None) -> web.Application:
    return _socket_io(socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"]))


def _socket_io(server: socketio.AsyncServer) -> web.Application:
    async def arrive(sid: str, _environ: dict[str, Any]) -> None:
        await server.enter_room(sid, ROOM)

    async def ask(_sid: str) -> None:
        await server.emit("SendMessage", MESSAGE, to=ROOM)

    server.on("connect", arrive)
    server.on("ask", ask)
    app = web.Application()
    server.attach(app)
    return app


def aiohttp_alone(_redis_url: str | None) -> web.Application:
    """No protocol on top, and nothing between the loop over the members and their sockets."""
    members: set[web.WebSocketResponse] = set()

    async def join(request: web.Request) -> web.WebSocketResponse:
        member = web.WebSocketResponse(compress=False)
        await member.prepare(request)
        members.add(member)
        async for _ask in member:
            text = json.dumps(["SendMessage", MESSAGE], separators=(",", ":"))
            for each in members:
                await each.send_str(text)
        members.discard(member)
        return member

    app = web.Application()
    app.router.add_get("/", join)
    return app


SERVERS: Final = {"hub": ours, "python-socketio": python_socketio, "aiohttp": aiohttp_alone}


async def main(name: str, redis_url: str | None) -> None:
    runner = web.AppRunner(SERVERS[name](redis_url), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    # As `python -m hub` does; for all, so that none gains by it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
