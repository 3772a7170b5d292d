"""A channel whose bots are let loose, and what the hubs have agreed on about it."""

import asyncio
from typing import Final

from contracts.calls import ChannelCard, Chatter
from hub.chatter.row import Talk, TalkRows
from hub.log.rows import HEAD_KEY
from hub.log.tables import Tables
from hub.rooms.channel_rows import Channel, channel_row
from tests.client import HOME

FAR: Final = 2**52


class Room:
    """The home channel's rows, as the hubs hold them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._rows = TalkRows(tables.channels)

    async def open(self, level: Chatter, bot: str | None = None, next_post_at: int = FAR) -> None:
        """Before any hub starts."""
        card = ChannelCard(name=HOME, chatter=level, bot=bot)
        await self._tables.channels.upsert_entity(channel_row(Channel(card)))
        await self._rows.replace(HOME, Talk(revision=0, next_post_at=next_post_at), None)

    async def talk(self) -> Talk:
        """What the hubs agreed on."""
        talk, _ = await self._rows.read(HOME)
        assert talk is not None
        return talk

    async def until_quiet(self) -> None:
        """Returns when everything has been considered and nothing is planned."""
        while True:
            talk = await self.talk()
            head = await self._tables.messages.get_entity(HOME, HEAD_KEY)
            if talk.revision == int(head["revision"]) and not talk.planned:
                return
            await asyncio.sleep(0.05)
