"""People who are called by name: found when a message is posted, told where they are."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from contracts.message import Message
from hub.bots import Bots
from hub.errors import HubError
from hub.people import Person
from hub.rooms.access import Access
from hub.rooms.registry import Holder, Registry
from hub.talk.dispatch import mentioned_names

log = logging.getLogger(__name__)

# So that one message neither calls everybody nor costs more than so many look-ups.
MOST_MENTIONS: Final = 8

Tell = Callable[[str, Message], None]


class Mentions:
    """Knows whom a text calls, and calls them."""

    def __init__(self, registry: Registry, bots: Bots, access: Access, tell: Tell) -> None:
        self._registry = registry
        self._bots = bots
        self._access = access
        self._tell = tell

    async def called_by(self, text: str, author: Person) -> tuple[str, ...]:
        """The accounts that a text names, as they are registered; bots and the author are not among them."""
        named = [name for name in mentioned_names(text) if self._bots.find(name) is None][:MOST_MENTIONS]
        found = await asyncio.gather(*map(self._registry.recall, named))
        return tuple(one.name for one in found if one is not None and one.name != author.name)

    async def call(self, message: Message) -> None:
        """Tell the people whom a message names, if they may read it. What fails is only logged: the post stands."""
        await asyncio.gather(*(self._call(name, message) for name in message.mentions))

    async def _call(self, name: str, message: Message) -> None:
        try:
            holder = await self._registry.recall(name)
            if holder is not None and await self._may_read(holder, message.channel):
                self._tell(holder.name, message)
        except Exception:  # whoever missed it finds it in the counts of the list
            log.warning("%s could not be told of message %d", name, message.comment_id, exc_info=True)

    async def _may_read(self, holder: Holder, channel: str) -> bool:
        try:
            await self._access.reader(holder.as_person(), channel)
        except HubError:
            return False
        return True
