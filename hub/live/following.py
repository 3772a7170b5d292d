"""Following a channel: every revision in order; what a broadcast did not bring is read from the table."""

import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.calls import LARGEST_PAGE
from contracts.streams import Reset
from contracts.wire import Wire
from hub.live.listening import Ear, Heard
from hub.log.channel_log import ChannelLog

# So long a stream lasts in silence whose listener lost access; so late the last of several lost broadcasts is noticed.
LOOK_EVERY_S: Final = 3.0
# Broadcasts of two hubs may overtake each other by less.
GAP_CLOSES_WITHIN_S: Final = 0.3

NAMES: Final[Mapping[str, str]] = {"Presence": "presence", "Typing": "typing", "BotStatus": "bots"}

Check = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Told:
    """One event of a stream. `revision`: what somebody has heard who has heard this, and all before it."""

    event: str
    data: str
    revision: int | None = None


def told(event: str, what: Wire | Mapping[str, Any], revision: int | None = None) -> Told:
    text = what.model_dump_json() if isinstance(what, Wire) else json.dumps(what, ensure_ascii=False)
    return Told(event, text, revision)


class Following:
    """One listener's way through a channel. `check` raises when the listener may hear no more."""

    def __init__(self, channel_log: ChannelLog, ear: Ear, check: Check) -> None:
        self._log = channel_log
        self._ear = ear
        self._check = check
        self._revision = 0
        self._early: dict[int, Mapping[str, Any]] = {}
        self._look_at = 0.0

    async def begin(self, after: int | None) -> int:
        """Where the listener stands: what comes after it is told. With None that is now."""
        self._revision = await self._log.revision() if after is None else after
        return self._revision

    async def tell(self) -> AsyncGenerator[Told]:
        """Everything from there on, until `check` or the ear ends it."""
        while True:
            if time.monotonic() >= self._look_at:
                await self._check()
                async for one in self._look():
                    yield one
                self._look_at = time.monotonic() + LOOK_EVERY_S
            heard = await self._ear.next(max(self._look_at - time.monotonic(), 0))
            if heard is not None:
                # Who was put out a moment ago must not hear this; what is known of that is in memory.
                await self._check()
                for one in self._hear(heard):
                    yield one

    def _hear(self, heard: Heard) -> Iterator[Told]:
        if heard.event in NAMES:
            yield told(NAMES[heard.event], heard.data)
        if heard.event != "SendMessage" or heard.data["revision"] <= self._revision:
            return
        self._early[heard.data["revision"]] = heard.data
        yield from self._in_order()
        if self._early:
            self._look_at = min(self._look_at, time.monotonic() + GAP_CLOSES_WITHIN_S)

    def _in_order(self) -> Iterator[Told]:
        while (message := self._early.pop(self._revision + 1, None)) is not None:
            self._revision += 1
            yield told("message", message, self._revision)

    async def _look(self) -> AsyncGenerator[Told]:
        """What the table has and nobody told."""
        if await self._log.revision() == self._revision:
            return
        messages, has_more, revision = await self._log.changed_after(self._revision, LARGEST_PAGE)
        if has_more or revision < self._revision:
            yield told("reset", Reset(channel=self._log.channel, revision=revision), revision)
        else:
            for message in sorted(messages, key=lambda one: one.revision):
                # One may have changed again while the page was read; what lies between was not.
                yield told("message", message, min(message.revision, revision))
        self._revision = revision
        self._early = {number: held for number, held in self._early.items() if number > revision}
        for one in self._in_order():
            yield one
