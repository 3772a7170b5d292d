"""Broadcast: Socket.IO frames that are encoded once and written straight to each socket's transport.

python-socketio makes a task, a queue entry and a timer for each receiver; with a thousand people in a room that is most
of the hub's time. Here one ready WebSocket frame is written to all. It is used only where it cannot overtake anything:
the receiver speaks WebSocket and nothing waits in its own queue; everyone else takes the usual way.
"""

import asyncio
import logging
from typing import Any

import redis.asyncio
import socketio
from aiohttp import web
from engineio import packet as engineio_packet
from engineio.async_drivers.aiohttp import WebSocket
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from socketio import packet as socketio_packet

from hub.doors.origins import is_own_origin
from hub.live.listening import Listeners

log = logging.getLogger(__name__)

PEOPLE = "/"
# A client that is this far behind is dropped; it catches up from the table when it returns. Without a bound, a stalled
# phone holds a copy of every frame until its ping times out.
MOST_BYTES_BEHIND = 1 << 20
# What the writers of all connections need to say that the hub closes.
GOODBYE_S = 0.1
REDIS_PATIENCE_S = 1.0
# A connection that was lost unnoticed is made anew once; what does not go then, other hubs' people read by revision.
AGAIN = 1
# While Redis is away or silent, what is oldest is dropped before memory is.
MOST_UNPUBLISHED = 1_000


class ReadyWebSocket(WebSocket):  # type: ignore[misc]  # the library has no types
    """The driver's WebSocket without compression (122 KiB a client), whose transport is open to ready frames."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        request: web.Request = environ["aiohttp.request"]
        self._sock = web.WebSocketResponse(max_msg_size=self.server.max_http_buffer_size, compress=False)
        await self._sock.prepare(request)
        # The handler is a bound method of the Engine.IO socket that this WebSocket serves.
        self.handler.__self__.transport = request.transport
        self.environ = environ
        await self.handler(self)
        return self._sock


class ReadyFrames(socketio.AsyncManager):  # type: ignore[misc]  # the library has no types
    """A client manager that writes one ready frame to every receiver of an event."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.listeners = Listeners()

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | None = None,
        skip_sid: str | list[str] | None = None,
        callback: Any = None,
        to: str | None = None,
        **kwargs: Any,
    ) -> None:
        if callback is not None:
            await super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
            return
        if namespace == PEOPLE:
            self.listeners.tell(to or room, event, data)
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        eio_packet = _packet(self.server.packet_class, event, data, namespace)
        frame = _frame(eio_packet.encode().encode())
        rest = []
        for sid, eio_sid in self.get_participants(namespace, to or room):
            if sid not in skipped and not self._write(eio_sid, frame):
                rest.append(self.server.eio.send_packet(eio_sid, eio_packet))
        if rest:
            await asyncio.gather(*rest)

    def _write(self, eio_sid: str, frame: bytes) -> bool:
        """Write a ready frame; False when this receiver must take the usual way."""
        socket = self.server.eio.sockets.get(eio_sid)
        transport: asyncio.Transport | None = getattr(socket, "transport", None)
        if socket is None or transport is None or not socket.upgraded or socket.closing or not socket.queue.empty():
            return False
        if transport.is_closing():
            return True
        if transport.get_write_buffer_size() > MOST_BYTES_BEHIND:
            transport.abort()
            return True
        transport.write(frame)
        return True


class ReadyFramesOverRedis(socketio.AsyncRedisManager, ReadyFrames):  # type: ignore[misc]
    """The same with several hubs: Redis carries the event, each hub writes it to its own clients.

    Its own clients never wait for Redis: what goes to the other hubs has a queue and a task of its own.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._closing: set[asyncio.Task[None]] = set()
        self._unpublished: asyncio.Queue[str] = asyncio.Queue(MOST_UNPUBLISHED)
        self._publisher: asyncio.Task[None] | None = None

    def initialize(self) -> None:
        super().initialize()
        self._publisher = asyncio.create_task(self._publish_for_ever())

    async def _publish(self, data: dict[str, Any]) -> None:
        if self._unpublished.full():
            self._unpublished.get_nowait()
        self._unpublished.put_nowait(self.json.dumps(data))

    async def _publish_for_ever(self) -> None:
        task, is_away = asyncio.current_task(), False
        patience: dict[str, Any] = {"socket_connect_timeout": REDIS_PATIENCE_S, "socket_timeout": REDIS_PATIENCE_S}
        async with redis.asyncio.from_url(self.redis_url, retry=Retry(NoBackoff(), AGAIN), **patience) as connection:
            # A cancellation that comes while the library writes is swallowed there, and would never come again.
            while task is None or not task.cancelling():
                data = await self._unpublished.get()
                try:
                    await connection.publish(self.channel, data)
                except (RedisError, OSError) as error:
                    if not is_away:
                        log.warning("other hubs are not told what happens here: Redis is away (%r)", error)
                    is_away = True
                else:
                    is_away = False

    def _redis_connect(self) -> None:
        """The library forgets the connection that it replaces."""
        if self.redis is not None:
            closing = asyncio.create_task(self.redis.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        super()._redis_connect()

    async def close(self) -> None:
        """End publishing and the subscription; the library leaves that to the end of the process."""
        if self._publisher is not None:
            self._publisher.cancel()
            await asyncio.gather(self._publisher, return_exceptions=True)
        await asyncio.gather(*self._closing, return_exceptions=True)
        # It begins with the start of the hub.
        if hasattr(self, "thread"):
            self.thread.cancel()
            await asyncio.gather(self.thread, return_exceptions=True)
        if self.redis is not None:
            await self.pubsub.aclose()
            await self.redis.aclose()


def socket_server(redis_url: str | None, public_url: str | None) -> socketio.AsyncServer:
    """The Socket.IO server: WebSocket only, so that several hubs need no sticky sessions.

    A page of another origin is refused, whatever it brings; programs tell no origin.
    """

    def is_welcome(origin: str, environ: dict[str, Any]) -> bool:
        return is_own_origin(origin, environ.get("HTTP_HOST", ""), public_url)

    # A Redis that is away must not hold up those who are here.
    patience = {"socket_connect_timeout": 1, "socket_timeout": None}
    manager = ReadyFramesOverRedis(redis_url, redis_options=patience) if redis_url else ReadyFrames()
    server = socketio.AsyncServer(
        client_manager=manager,
        async_mode="aiohttp",
        transports=["websocket"],
        cors_allowed_origins=is_welcome,
        # 40,000 characters outside the basic plane, each as twelve characters of JSON.
        max_http_buffer_size=1_000_000,
    )
    server.eio._async = {**server.eio._async, "websocket": ReadyWebSocket}  # noqa: SLF001  there is no public way
    return server


def begin(server: socketio.AsyncServer) -> None:
    """Hear the other hubs from the start: the library would wait for the first connection, and streams are none."""
    server.manager_initialized = True
    server.manager.initialize()


async def say_goodbye(server: socketio.AsyncServer) -> None:
    """Close every connection; a server that stops otherwise waits for its clients to leave by themselves."""
    server.manager.listeners.close()
    sockets = tuple(server.eio.sockets.values())
    # Not until each has written all it had: the writer of a dead one never will.
    await asyncio.gather(*(socket.close(wait=False) for socket in sockets))
    await asyncio.sleep(GOODBYE_S)
    for socket in sockets:
        if hasattr(socket, "transport"):
            socket.transport.close()


def _packet(packet_class: Any, event: str, data: Any, namespace: str) -> engineio_packet.Packet:
    arguments = [] if data is None else [data]
    inner = packet_class(socketio_packet.EVENT, namespace=namespace, data=[event, *arguments])
    return engineio_packet.Packet(engineio_packet.MESSAGE, inner.encode())


def _frame(payload: bytes) -> bytes:
    """One unmasked, unfragmented WebSocket text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        head = bytes((0x81, size))
    elif size < 1 << 16:
        head = bytes((0x81, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x81, 127)) + size.to_bytes(8, "big")
    return head + payload
