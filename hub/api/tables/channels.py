"""Addresses: channels and bots."""

from typing import Final

from contracts.channels import ChannelStands
from hub.api import lists
from hub.api.route import Route
from hub.api.tables.paths import CHANNEL


def _made(stands: ChannelStands) -> str:
    return f"/api/channels/{stands.channel.name}"


ROUTES: Final = (
    Route("GET", "/api/channels", "The channels that one may read", "channels", handler=lists.channel_cards),
    Route(
        "POST",
        "/api/channels",
        "Make a channel",
        "channels",
        call="CreateChannel",
        status=201,
        location=_made,
        example={"name": "Henhouse", "title": "All about hens"},
    ),
    Route("GET", CHANNEL, "One channel", "channels", handler=lists.channel_card),
    Route(
        "PATCH",
        CHANNEL,
        "Change a channel",
        "channels",
        call="ChangeChannel",
        example={"version": 0, "description": "What hens think."},
    ),
    Route("DELETE", CHANNEL, "Delete a channel with all that was said in it", "channels", call="DeleteChannel"),
    Route("GET", f"{CHANNEL}/presence", "Who is here", "channels", handler=lists.get_presence),
    Route("PUT", f"{CHANNEL}/typing", "Say that one is writing", "channels", call="Typing"),
    Route("PUT", f"{CHANNEL}/read-mark", "Say up to where one has read", "channels", call="MarkRead"),
    Route(
        "GET",
        "/api/account/channels",
        "The channels, one's role in each, and what is unread",
        "channels",
        call="ListChannels",
    ),
    Route("GET", "/api/bots", "All bots, and whether they are awake", "bots", handler=lists.list_bots, is_open=True),
    Route("GET", "/api/bots/{bot}", "One bot", "bots", handler=lists.get_bot, is_open=True),
)
