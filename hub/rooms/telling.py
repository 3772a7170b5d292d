"""What the hubs tell each other of channels and their people, so that it holds everywhere at once."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Final

from hub.live.news import Body, News
from hub.live.voice import Voice
from hub.rooms.channels import Channels
from hub.rooms.members import Members

log = logging.getLogger(__name__)

CHANGED: Final = "channel-changed"
MEMBER: Final = "member-changed"
JOINED: Final = "member-joined"
EXPELLED: Final = "member-expelled"

Evict = Callable[[str, str], None]


def card_changed(news: News, channel: str) -> None:
    news.tell(CHANGED, {"channel": channel, "by": news.hub_id})


def member_changed(news: News, channel: str, name: str) -> None:
    news.tell(MEMBER, {"channel": channel, "name": name})


def joined(news: News, channel: str, name: str) -> None:
    news.tell(JOINED, {"channel": channel, "name": name})


async def expel(channels: Channels, news: News, channel: str, name: str) -> None:
    """Somebody lost access: out of the room on this hub now, on others by the news or when they read the doors."""
    doors = secrets.token_hex(8)
    try:
        await channels.shut_doors(channel, doors)
    finally:
        # The right is gone from the table already: also when this cannot be written, whoever hears it acts upon it.
        news.tell(EXPELLED, {"channel": channel, "name": name, "doors": doors})


class Hearing:
    """What this hub does at such news, its own and that of others."""

    def __init__(self, news: News, channels: Channels, members: Members, voice: Voice, evict: Evict) -> None:
        self._news = news
        self._channels = channels
        self._members = members
        self._voice = voice
        self._evict = evict
        self._rereading: set[asyncio.Task[None]] = set()
        news.listen(CHANGED, self._changed)
        news.listen(MEMBER, self._member)
        news.listen(JOINED, self._joined)
        news.listen(EXPELLED, self._expelled)

    def _changed(self, body: Body) -> None:
        if body["by"] != self._news.hub_id:
            task = asyncio.create_task(self._reread(str(body["channel"])))
            self._rereading.add(task)
            task.add_done_callback(self._rereading.discard)

    async def _reread(self, channel: str) -> None:
        try:
            await self._channels.reread(channel)
        except Exception:  # the sweep reads all of them in a moment
            log.warning("channel %s could not be read again", channel, exc_info=True)

    def _member(self, body: Body) -> None:
        self._members.forget(str(body["channel"]), str(body["name"]))

    def _joined(self, body: Body) -> None:
        self._member(body)
        card = next((card for card in self._channels.all() if card.name == body["channel"]), None)
        if card is not None:
            self._voice.channel_to(str(body["name"]), card)

    def _expelled(self, body: Body) -> None:
        channel, name = str(body["channel"]), str(body["name"])
        self._members.forget(channel, name)
        self._channels.heard_doors(channel, str(body["doors"]))
        self._evict(channel, name)
