"""Presence over all hubs: each tells the others who is with it, and tells its own people who is anywhere."""

import asyncio
from typing import Final

from hub.live.news import Body, News
from hub.live.presence import TELL_EVERY_S, Attendance
from hub.live.voice import Voice

# Soon, and once for all who come and go meanwhile: a thousand arrivals must not be a million names.
TELL_AFTER_S: Final = 0.5


class RollCall:
    """Keeps everybody's list of who is here right."""

    def __init__(self, attendance: Attendance, news: News, voice: Voice) -> None:
        self._attendance = attendance
        self._news = news
        self._voice = voice
        # Channels to be told of soon, and whether it was this hub's people who came or left.
        self._changed: dict[str, bool] = {}
        news.listen("presence", self._heard)
        news.listen("hub-left", self._left)

    def changed(self, channel: str) -> None:
        """Somebody of this hub came or left."""
        self._soon(channel, is_own=True)

    async def run(self) -> None:
        """Tell all now and then, so that a hub that just came knows, and one that died is forgotten."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            for channel in self._attendance.channels():
                self._tell(channel)
            for channel in self._attendance.forget_silent():
                self._soon(channel, is_own=False)

    def leave(self) -> None:
        """This hub stops: its people are nowhere until they are with another one."""
        self._news.tell("hub-left", {"hub": self._news.hub_id})

    def _soon(self, channel: str, *, is_own: bool) -> None:
        if channel not in self._changed:
            asyncio.get_running_loop().call_later(TELL_AFTER_S, self._say, channel)
        self._changed[channel] = self._changed.get(channel, False) or is_own

    def _say(self, channel: str) -> None:
        if self._changed.pop(channel):
            self._tell(channel)
        self._voice.presence(channel, self._attendance.present(channel))

    def _tell(self, channel: str) -> None:
        names = list(self._attendance.own(channel))
        self._news.tell("presence", {"hub": self._news.hub_id, "channel": channel, "names": [*names]})

    def _heard(self, body: Body) -> None:
        hub, channel, names = body["hub"], body["channel"], body["names"]
        if hub == self._news.hub_id or not isinstance(names, list):
            return
        if self._attendance.heard(str(hub), str(channel), map(str, names)):
            self._soon(str(channel), is_own=False)

    def _left(self, body: Body) -> None:
        for channel in self._attendance.forget(str(body["hub"])):
            self._soon(channel, is_own=False)
