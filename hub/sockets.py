"""The Socket.IO calls: each is parsed, handed to one domain function, and acknowledged."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import socketio
from aiohttp import web

from contracts.calls import (
    CallError,
    Connect,
    DeleteMessage,
    Disconnect,
    Done,
    GetMessagesForChannel,
    Joined,
    Page,
    Posted,
    ReceiveMessage,
    Refusal,
    Regenerate,
    StopThinking,
    Typing,
    Vote,
    Voted,
)
from contracts.names import ENGINE_NAMESPACE, RING
from contracts.wire import Wire
from hub import erasing, stopping
from hub.channel_log import ChannelLog
from hub.errors import BadRequestError, HubError, UnauthorizedError
from hub.http import as_hub_error
from hub.keys import (
    ACCOUNTS,
    ARCHIVE,
    ATTENDANCE,
    BOTS,
    CHANNELS,
    PACE,
    POST_OFFICE,
    REGENERATION,
    SETTINGS,
    STORAGE,
    VOICE,
    VOTES,
)
from hub.people import Person
from hub.voice import EVERYONE, room

PRESENCE_AFTER_S = 0.5

C = TypeVar("C", bound=Wire)


class Sockets:
    """The calls of people, on the root namespace."""

    def __init__(self, app: web.Application, server: socketio.AsyncServer) -> None:
        self._app = app
        self._server = server
        self._people: dict[str, Person] = {}
        self._telling: set[str] = set()

    def listen(self) -> None:
        """Register every call under its name on the wire."""
        self._server.on("connect", self._arrived)
        self._server.on("disconnect", self._gone)
        self._call("Connect", Connect, self.join)
        self._call("Disconnect", Disconnect, self.leave)
        self._call("ReceiveMessage", ReceiveMessage, self.post)
        self._call("GetMessagesForChannel", GetMessagesForChannel, self.history)
        self._call("StopThinking", StopThinking, self.stop)
        self._call("Regenerate", Regenerate, self.regenerate)
        self._call("DeleteMessage", DeleteMessage, self.delete)
        self._call("Vote", Vote, self.vote)
        self._call("Typing", Typing, self.typing)

    async def join(self, sid: str, person: Person, call: Connect) -> Joined:
        card = self._app[CHANNELS].get(call.channel)
        # In the room before the page is read: what happens in between arrives twice rather than never.
        await self._server.enter_room(sid, room(card.name))
        page = await self._newest(card.name, GetMessagesForChannel(channel=card.name))
        attendance = self._app[ATTENDANCE]
        if attendance.enter(sid, person.name, card.name):
            self._tell_presence(card.name)
        return Joined(
            channel=card,
            page=page,
            present=attendance.present(card.name),
            bots=self._app[BOTS].statuses(),
            you=person.name,
        )

    async def leave(self, sid: str, person: Person, call: Disconnect) -> Done:
        card = self._app[CHANNELS].get(call.channel)
        await self._server.leave_room(sid, room(card.name))
        attendance = self._app[ATTENDANCE]
        if attendance.leave(sid, person.name, card.name):
            self._tell_presence(card.name)
        return Done()

    async def post(self, sid: str, person: Person, call: ReceiveMessage) -> Posted:
        return await self._app[POST_OFFICE].receive(call, person, sid)

    async def history(self, _sid: str, _person: Person, call: GetMessagesForChannel) -> Page:
        channel_log = self._log(call.channel)
        if call.before is not None and call.after is not None:
            raise BadRequestError("Ask for messages before an id or after a revision, not both.")
        if call.after is not None:
            messages, has_more, revision = await channel_log.changed_after(call.after, call.limit)
        elif call.before is not None:
            messages, has_more = await channel_log.before(call.before, call.limit)
            revision = 0
        else:
            return await self._newest(channel_log.channel, call)
        return Page(messages=tuple(messages), has_more=has_more, revision=revision)

    async def stop(self, _sid: str, person: Person, call: StopThinking) -> Done:
        await stopping.stop(self._app[STORAGE], self._log(call.channel), call.comment_id, person)
        return Done()

    async def regenerate(self, _sid: str, person: Person, call: Regenerate) -> Posted:
        return await self._app[REGENERATION].again(call, await self._app[ACCOUNTS].owner(person))

    async def delete(self, _sid: str, person: Person, call: DeleteMessage) -> Done:
        owner = await self._app[ACCOUNTS].owner(person)
        await erasing.delete(self._app[STORAGE], self._log(call.channel), call.comment_id, owner)
        return Done()

    async def vote(self, _sid: str, person: Person, call: Vote) -> Voted:
        return await self._app[VOTES].cast(self._log(call.channel), call, person)

    async def typing(self, sid: str, person: Person, call: Typing) -> Done:
        card = self._app[CHANNELS].get(call.channel)
        if self._app[ATTENDANCE].is_in(sid, card.name):
            self._app[VOICE].typing(card.name, person.name, skip=sid)
        return Done()

    def _log(self, channel: str) -> ChannelLog:
        return self._app[ARCHIVE].channel(self._app[CHANNELS].get(channel).name)

    async def _newest(self, channel: str, call: GetMessagesForChannel) -> Page:
        messages, has_more, revision = await self._app[ARCHIVE].channel(channel).newest(call.limit)
        return Page(messages=tuple(messages), has_more=has_more, revision=revision)

    def _call(self, name: str, model: type[C], act: Callable[[str, Person, C], Awaitable[Wire]]) -> None:
        async def handle(sid: str, data: Any = None, *_: Any) -> dict[str, Any]:
            try:
                person = self._people.get(sid)
                if person is None:
                    raise UnauthorizedError("Please log in.")
                done = await act(sid, person, model.model_validate(data, strict=False))
            except Exception as error:  # noqa: BLE001  translated once, at the edge
                told = as_hub_error(error)
                done = Refusal(error=CallError(code=told.code, message=str(told)))
            return done.model_dump(mode="json")

        self._server.on(name, handle)

    async def _arrived(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        # Nobody reads the request again, and it would live as long as the connection: some 3 KiB each.
        environ.clear()
        try:
            token = auth.get("token") if isinstance(auth, dict) else None
            if not isinstance(token, str):
                raise UnauthorizedError("Please log in.")
            self._people[sid] = await self._app[ACCOUNTS].person(token)
            await self._server.enter_room(sid, EVERYONE)
        except Exception as error:
            told = as_hub_error(error)
            raise _refused(told) from error

    async def _gone(self, sid: str, *_reason: Any) -> None:
        person = self._people.pop(sid, None)
        if person is not None:
            for channel in self._app[ATTENDANCE].gone(sid, person.name):
                self._tell_presence(channel)

    def _tell_presence(self, channel: str) -> None:
        """Soon, and once for all who come and go meanwhile: a thousand arrivals must not be a million names."""
        if channel not in self._telling:
            self._telling.add(channel)
            asyncio.get_running_loop().call_later(PRESENCE_AFTER_S, self._say_presence, channel)

    def _say_presence(self, channel: str) -> None:
        self._telling.discard(channel)
        self._app[VOICE].presence(channel, self._app[ATTENDANCE].present(channel))


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


def _refused(error: HubError) -> socketio.exceptions.ConnectionRefusedError:
    return socketio.exceptions.ConnectionRefusedError(str(error), {"code": error.code})
