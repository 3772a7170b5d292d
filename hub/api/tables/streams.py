"""Addresses: streams of server-sent events."""

from typing import Final

from contracts.calls import BotStatuses, Presence, SomeoneTypes
from contracts.message import Message
from contracts.streams import AnswersEnded, Reset
from hub.api import streams
from hub.api.route import Route
from hub.api.tables.paths import CHANNEL, MESSAGE

ROUTES: Final = (
    Route(
        "GET",
        f"{CHANNEL}/events",
        "Everything that happens in a channel",
        "streams",
        handler=streams.channel_events,
        events={
            "message": Message,
            "presence": Presence,
            "typing": SomeoneTypes,
            "bots": BotStatuses,
            "reset": Reset,
        },
    ),
    Route(
        "GET",
        f"{MESSAGE}/events",
        "The answers to a message, until all have ended",
        "streams",
        handler=streams.answer_events,
        events={"message": Message, "done": AnswersEnded},
    ),
)
