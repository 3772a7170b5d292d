"""What the hub says by itself: events to channels and to everyone, in the order in which they became true."""

import asyncio
import logging
from typing import Any

import socketio

from contracts.bots import BotStatus
from contracts.calls import BotStatuses, ChannelCard, ChannelChanged, Presence, SomeoneTypes
from contracts.message import Message
from contracts.names import ENGINE_NAMESPACE, RING
from contracts.wire import Wire

log = logging.getLogger(__name__)

EVERYONE = "everyone"


def room(channel: str) -> str:
    return f"channel:{channel}"


class Voice:
    """A queue before the sockets, so that a Redis that is slow or away never holds up a transaction."""

    def __init__(self, sockets: socketio.AsyncServer) -> None:
        self._sockets = sockets
        self._waiting: asyncio.Queue[tuple[str, Any, dict[str, Any]]] = asyncio.Queue()

    async def run(self) -> None:
        """Speak for ever."""
        while True:
            event, data, where = await self._waiting.get()
            try:
                await self._sockets.emit(event, data, **where)
            except Exception:
                log.exception("%s could not be broadcast", event)

    def messages(self, channel: str, messages: tuple[Message, ...]) -> None:
        for message in messages:
            self._say("SendMessage", message, to=room(channel))

    def presence(self, channel: str, present: tuple[str, ...]) -> None:
        """To this hub's own people: each hub tells whom it knows of, on whatever hub they are."""
        self._say("Presence", Presence(channel=channel, present=present), to=room(channel), ignore_queue=True)

    def typing(self, channel: str, sender: str, skip: str) -> None:
        self._say("Typing", SomeoneTypes(channel=channel, sender=sender), to=room(channel), skip_sid=skip)

    def bots(self, statuses: tuple[BotStatus, ...]) -> None:
        """To this hub's own people: each hub tells what it knows, so that nobody asks it for a bot that it does not."""
        self._say("BotStatus", BotStatuses(bots=statuses), to=EVERYONE, ignore_queue=True)

    def channel(self, card: ChannelCard) -> None:
        """To this hub's own people, as with bots."""
        self._say("ChannelChanged", ChannelChanged(channel=card), to=EVERYONE, ignore_queue=True)

    def connections(self) -> int:
        """Of people, to this hub."""
        return sum(1 for _ in self._sockets.manager.get_participants("/", EVERYONE))

    def ring(self) -> None:
        """Wake the engines: there is something on an input queue."""
        self._waiting.put_nowait((RING, None, {"namespace": ENGINE_NAMESPACE}))

    def _say(self, event: str, what: Wire, **where: Any) -> None:
        self._waiting.put_nowait((event, what.model_dump(mode="json"), where))
