"""The channels: which there are, and what their cards say."""

from collections.abc import Callable

from azure.core.exceptions import ResourceExistsError
from azure.data.tables.aio import TableClient

from contracts.calls import ChannelCard
from hub.errors import UnknownChannelError
from hub.rows import row
from hub.tables import from_chunks, one_page

PARTITION = "channel"


class Channels:
    """All cards in memory, as of the last few seconds; names are found whatever their case."""

    def __init__(self, table: TableClient, announce: Callable[[ChannelCard], None]) -> None:
        self._table = table
        self._announce = announce
        self._cards: dict[str, ChannelCard] = {}

    def all(self) -> tuple[ChannelCard, ...]:
        """In the order of their names."""
        return tuple(card for _, card in sorted(self._cards.items()))

    def get(self, name: str) -> ChannelCard:
        """Raises UnknownChannelError."""
        card = self._cards.get(name.lower())
        if card is None:
            raise UnknownChannelError(f"There is no channel called {name}.")
        return card

    async def ensure(self, card: ChannelCard) -> None:
        """Make a channel if it is missing."""
        key = card.name.lower()
        if key in self._cards:
            return
        try:
            await self._table.create_entity(row(PARTITION, key, card))
        except ResourceExistsError:
            await self.refresh()
            return
        self._cards[key] = card
        self._announce(card)

    async def refresh(self) -> None:
        """Read the cards again; another hub may have made one."""
        rows = await one_page(self._table, "PartitionKey eq @p", {"p": PARTITION}, 1000)
        cards = [ChannelCard.from_json(from_chunks(entity)) for entity in rows]
        known, self._cards = self._cards, {card.name.lower(): card for card in cards}
        for key, card in self._cards.items():
            if known.get(key) != card:
                self._announce(card)
