"""The Socket.IO calls: each is parsed, handed to one domain function, and acknowledged."""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import socketio
from aiohttp import web

from contracts.calls import CallError, Connect, Disconnect, Done, GetMessagesForChannel, Joined, Refusal
from contracts.names import ENGINE_NAMESPACE, RING
from contracts.storage import is_unavailable
from contracts.wire import Wire
from hub.accounts.ended import hear_ended
from hub.calls import CALLS, allow, history, perform
from hub.doors.asking import asked_from, who_connects
from hub.doors.http import as_hub_error
from hub.errors import ConflictError, HubError, TooManyRequestsError, UnauthorizedError
from hub.keys import ATTENDANCE, HOUSE, NEWS, PACE, ROLL_CALL, SETTINGS, VOICE
from hub.limits import Action
from hub.live.broadcast import PEOPLE
from hub.live.floods import Floods
from hub.live.voice import EVERYONE, person_room, room
from hub.people import Person, Scope
from hub.watching.calls import watched_call

log = logging.getLogger(__name__)

# A page shows one channel at a time; a program that listens to more opens another connection.
MOST_ROOMS = 100
LOOKS_AT_ONCE = 16

# Whose session ended on another hub while Redis was away is put out after so long at most.
LOOK_AGAIN_EVERY_S: Final = 60.0


@dataclass(frozen=True)
class OfConnection:
    """A call that is about the connection itself; as hub.calls.Call otherwise."""

    form: type[Wire]
    act: Callable[[str, Person, Any], Awaitable[Wire]]
    scope: Scope
    limit: Action = "calls"


class Sockets:
    """The calls of people, on the root namespace."""

    def __init__(self, app: web.Application, server: socketio.AsyncServer) -> None:
        self._app = app
        self._server = server
        self._people: dict[str, Person] = {}
        self._floods = Floods()
        self._closing: set[asyncio.Task[None]] = set()
        self._of_connections: dict[str, OfConnection] = {
            "Connect": OfConnection(Connect, self.join, "read", "joins"),
            "Disconnect": OfConnection(Disconnect, self.leave, "read"),
        }

    def listen(self) -> None:
        """Register every call under its name on the wire."""
        self._server.on("connect", self._arrived)
        self._server.on("disconnect", self._gone)
        for name in (*self._of_connections, *CALLS):
            self._server.on(name, partial(self._answer, name))
        hear_ended(self._app[NEWS], self._end)

    async def run(self) -> None:
        """Put out, for ever, those whose session is over and nobody said so."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_EVERY_S)
            try:
                for sid, person in tuple(self._people.items()):
                    if not await self._app[HOUSE].accounts.stands(person):
                        await self._server.disconnect(sid)
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("looking for sessions that are over stumbled")

    async def join(self, sid: str, person: Person, call: Connect) -> Joined:
        house = self._app[HOUSE]
        attendance = self._app[ATTENDANCE]
        card = await house.access.reader(person, call.channel)
        if sid not in self._people:
            # It closed meanwhile, and nobody would ever take it off the list again.
            raise UnauthorizedError("This connection is closed.")
        if attendance.rooms(sid) >= MOST_ROOMS and not attendance.is_in(sid, card.name):
            raise ConflictError(f"A connection is in at most {MOST_ROOMS} channels; leave one first.")
        if attendance.enter(sid, person.name, card.name):
            self._app[ROLL_CALL].changed(card.name)
        # In the room before the page is read: what happens in between arrives twice rather than never.
        await self._server.enter_room(sid, room(card.name))
        try:
            # Asks for access again: who lost it meanwhile may have been put out before coming in.
            page = await history(house, person, GetMessagesForChannel(channel=card.name))
        except Exception:
            self._put_out(sid, person, card.name)
            raise
        return Joined(
            channel=card,
            page=page,
            present=attendance.present(card.name),
            bots=house.bots.statuses(),
            you=person.name,
        )

    async def leave(self, sid: str, person: Person, call: Disconnect) -> Done:
        card = await self._app[HOUSE].access.reader(person, call.channel)
        self._put_out(sid, person, card.name)
        return Done()

    def evict(self, channel: str, name: str) -> None:
        """Put a person's connections out of a channel's room, at once."""
        for sid, person in self._inside(channel):
            if person.name.lower() == name.lower():
                self._expel(sid, person, channel)

    async def look_again(self, channel: str) -> None:
        """Put everybody out of a channel's room who may not be there any more."""
        access = self._app[HOUSE].access
        gate = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(sid: str, person: Person) -> None:
            async with gate:
                try:
                    await access.reader(person, channel)
                except Exception as error:  # noqa: BLE001  nobody stays whose right could not be read
                    log.info("%s is put out of %s: %s", person.name, channel, error)
                    self._expel(sid, person, channel)

        await asyncio.gather(*(look(sid, person) for sid, person in self._inside(channel)))

    def _inside(self, channel: str) -> list[tuple[str, Person]]:
        attendance = self._app[ATTENDANCE]
        return [(sid, person) for sid, person in self._people.items() if attendance.is_in(sid, channel)]

    def _expel(self, sid: str, person: Person, channel: str) -> None:
        self._put_out(sid, person, channel)
        self._app[VOICE].expelled(channel, sid)

    def _put_out(self, sid: str, person: Person, channel: str) -> None:
        # Without the detour over other hubs, which would come later: the connection is this hub's own.
        self._server.manager.basic_leave_room(sid, "/", room(channel))
        if self._app[ATTENDANCE].leave(sid, person.name, channel):
            self._app[ROLL_CALL].changed(channel)

    async def _answer(self, name: str, sid: str, data: Any = None, *_: Any) -> dict[str, Any]:
        """Any call of this connection, acknowledged with what it gave or why it was refused."""
        done: Wire
        try:
            with self._floods.one_more(sid):
                done = await self._done(name, sid, data)
        except Exception as error:  # noqa: BLE001  translated once, at the edge
            told = as_hub_error(error)
            if isinstance(told, TooManyRequestsError) and self._floods.refused(sid):
                self._drop(sid)
            done = _refusal(told)
        return done.model_dump(mode="json")

    async def _done(self, name: str, sid: str, data: Any) -> Wire:
        person = self._people.get(sid)
        if person is None:
            raise UnauthorizedError("Please log in.")
        house = self._app[HOUSE]
        if name not in self._of_connections:
            return await perform(house, person, name, data)
        call = self._of_connections[name]
        allow(person, call.scope)
        await house.limits.of(person, call.limit)
        with watched_call(house.metrics, name):
            return await call.act(sid, person, call.form.model_validate(data, strict=False))

    def _drop(self, sid: str) -> None:
        """Close a connection without a word: whatever is said to it waits in memory."""
        socket = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, PEOPLE))
        if socket is not None:
            socket.transport.abort()

    async def _arrived(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        request = environ["aiohttp.request"]
        address = asked_from(request)
        # Nobody reads the request again, and it would live as long as the connection: some 3 KiB each.
        environ.clear()
        try:
            person = await who_connects(self._app, request, auth)
            self._people[sid] = replace(person, connection=sid, address=address)
            # The session may have ended in between, when this connection was not known yet.
            if not await self._app[HOUSE].accounts.stands(person):
                raise UnauthorizedError("Please log in.")
            await self._server.enter_room(sid, EVERYONE)
            if not self._people[sid].is_guest:
                await self._server.enter_room(sid, person_room(self._people[sid].name))
        except Exception as error:
            self._people.pop(sid, None)
            told = as_hub_error(error)
            raise _refused(told) from error

    def _end(self, ended: tuple[str, ...]) -> None:
        """Close the connections of those who came in with what is worth nothing any more."""
        for sid, person in self._people.items():
            if person.session_id in ended:
                task = asyncio.create_task(self._server.disconnect(sid))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def _gone(self, sid: str, *_reason: Any) -> None:
        self._floods.gone(sid)
        person = self._people.pop(sid, None)
        if person is not None:
            for channel in self._app[ATTENDANCE].gone(sid, person.name):
                self._app[ROLL_CALL].changed(channel)


SOCKETS: Final = web.AppKey("sockets", Sockets)


def listen_to_engines(app: web.Application, server: socketio.AsyncServer) -> None:
    """The doorbell: an engine with the token rings when it has put something on the output queue."""

    async def arrived(_sid: str, _environ: dict[str, Any], auth: Any = None) -> None:
        wanted = app[SETTINGS].hub_engine_token
        token = auth.get("token") if isinstance(auth, dict) else None
        if (
            wanted is None
            or not isinstance(token, str)
            or not hmac.compare_digest(token.encode(), wanted.get_secret_value().encode())
        ):
            raise _refused(UnauthorizedError("This engine has no valid token."))
        app[PACE].has_doorbell = True

    async def gone(_sid: str, *_reason: Any) -> None:
        app[PACE].has_doorbell = any(True for _ in server.manager.get_participants(ENGINE_NAMESPACE, None))

    async def ring(_sid: str, *_data: Any) -> None:
        app[PACE].ring()

    server.on("connect", arrived, namespace=ENGINE_NAMESPACE)
    server.on("disconnect", gone, namespace=ENGINE_NAMESPACE)
    server.on(RING, ring, namespace=ENGINE_NAMESPACE)


def _refusal(error: HubError) -> Refusal:
    retry_after_s = error.retry_after_s if isinstance(error, TooManyRequestsError) else None
    return Refusal(error=CallError(code=error.code, message=str(error), retry_after_s=retry_after_s))


def _refused(error: HubError) -> socketio.exceptions.ConnectionRefusedError:
    return socketio.exceptions.ConnectionRefusedError(str(error), {"code": error.code})
