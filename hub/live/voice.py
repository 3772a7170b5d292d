"""What the hub says by itself: events to channels and to everyone, in the order in which they became true."""

import asyncio
import logging
from typing import Any

import socketio

from contracts.bots import BotStatus
from contracts.calls import (
    BotStatuses,
    ChannelCard,
    ChannelChanged,
    ChannelGone,
    Mentioned,
    Presence,
    SomeoneTypes,
)
from contracts.message import Message
from contracts.names import ENGINE_NAMESPACE, RING
from contracts.wire import Wire

log = logging.getLogger(__name__)

EVERYONE = "everyone"


def room(channel: str) -> str:
    return f"channel:{channel}"


def person_room(name: str) -> str:
    """All connections of an account."""
    return f"person:{name.lower()}"


class Voice:
    """A queue before the sockets, so that what is told never holds up a transaction."""

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

    def typing(self, channel: str, sender: str, skip: str | None) -> None:
        self._say("Typing", SomeoneTypes(channel=channel, sender=sender), to=room(channel), skip_sid=skip)

    def bots(self, statuses: tuple[BotStatus, ...]) -> None:
        """To this hub's own people: each hub tells what it knows, so that nobody asks it for a bot that it does not."""
        self._say("BotStatus", BotStatuses(bots=statuses), to=EVERYONE, ignore_queue=True)

    def channel(self, before: ChannelCard | None, after: ChannelCard | None) -> None:
        """A card is new, changed or gone; to this hub's own people, as with bots.

        Only a public channel is told of to everybody; of another one nobody hears who is not in its room.
        """
        card = after or before
        if card is None:
            return
        was_public = before is not None and before.visibility == "public"
        is_public = after is not None and after.visibility == "public"
        if was_public and not is_public:
            # Who stays in the room gets the card behind it.
            self._say("ChannelGone", ChannelGone(channel=card.name), to=EVERYONE, ignore_queue=True)
        elif after is None:
            self._say("ChannelGone", ChannelGone(channel=card.name), to=room(card.name), ignore_queue=True)
        if after is not None:
            where = EVERYONE if is_public else room(card.name)
            self._say("ChannelChanged", ChannelChanged(channel=after), to=where, ignore_queue=True)

    def channel_to(self, person: str, card: ChannelCard) -> None:
        """A channel is somebody's from now on; to this hub's connections of that person."""
        self._say("ChannelChanged", ChannelChanged(channel=card), to=person_room(person), ignore_queue=True)

    def expelled(self, channel: str, sid: str) -> None:
        """To one connection: the channel is not its person's any more."""
        self._say("ChannelGone", ChannelGone(channel=channel), to=sid, ignore_queue=True)

    def mentioned(self, person: str, message: Message) -> None:
        self._say("Mentioned", Mentioned(message=message), to=person_room(person))

    def connections(self) -> int:
        """Of people, to this hub."""
        return sum(1 for _ in self._sockets.manager.get_participants("/", EVERYONE))

    def ring(self) -> None:
        """Wake the engines: there is something on an input queue."""
        self._waiting.put_nowait((RING, None, {"namespace": ENGINE_NAMESPACE}))

    def _say(self, event: str, what: Wire, **where: Any) -> None:
        self._waiting.put_nowait((event, what.model_dump(mode="json"), where))
