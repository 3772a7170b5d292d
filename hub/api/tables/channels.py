"""Addresses: channels and bots."""

from typing import Final

from hub.api import lists
from hub.api.route import Route
from hub.api.tables.paths import CHANNEL

ROUTES: Final = (
    Route("GET", "/api/channels", "The channels that one may read", "channels", handler=lists.channel_cards),
    Route("GET", CHANNEL, "One channel", "channels", handler=lists.channel_card),
    Route("GET", "/api/bots", "All bots, and whether they are awake", "bots", handler=lists.list_bots, is_open=True),
    Route("GET", "/api/bots/{bot}", "One bot", "bots", handler=lists.get_bot, is_open=True),
)
