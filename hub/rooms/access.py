"""Who may do what in which channel. Every way to a channel's messages leads through here.

What this hub changed holds at once. What another hub changed is known here by its news at once, and without news within
`KNOWN_FOR_S` (members, mutes, bans) or the sweep's pace (cards, owners and moderators, who must leave the room).
"""

import asyncio
import re
from datetime import UTC, datetime

from contracts.calls import ChannelCard
from contracts.wire import CHANNEL_PATTERN
from hub.errors import ForbiddenError
from hub.people import Person
from hub.rooms.channel_rows import Channel
from hub.rooms.channels import Channels, unknown
from hub.rooms.members import Members
from hub.rooms.standing import Standing, standing_of


class Access:
    """The channels as one person may see and use them."""

    def __init__(self, channels: Channels, members: Members) -> None:
        self._channels = channels
        self._members = members

    async def readable(self, person: Person) -> tuple[ChannelCard, ...]:
        """Every channel that a person may look through, in the order of their names.

        These are the public ones and one's own. An unlisted one is open to who names it: see `reader`.
        """
        if person.is_admin:
            return self._channels.all()
        known_of = {mark.channel.lower() for mark in await self._members.marks(person.name)}
        channels = self._channels.each()
        may = await asyncio.gather(*(self._lists(person, one, one.key in known_of) for one in channels))
        return tuple(one.card for one, listed in zip(channels, may, strict=True) if listed)

    async def standing(self, person: Person, channel: Channel) -> Standing:
        """How a person stands to a channel."""
        return standing_of(channel, person, await self._members.find(channel.key, person.name))

    async def reader(self, person: Person, name: str) -> ChannelCard:
        """A channel to read. Raises UnknownChannelError, also for one that is none of this person's business.

        ForbiddenError for who was banned from a channel that everybody may know of.
        """
        return (await self._entered(person, name))[0].card

    async def writer(self, person: Person, name: str) -> ChannelCard:
        """A channel to write in. Raises UnknownChannelError or ForbiddenError."""
        channel, standing = await self._entered(person, name)
        if channel.card.archived:
            raise ForbiddenError("This channel is archived: it can be read, and not written in.")
        if standing.muted_until is not None:
            until = datetime.fromtimestamp(standing.muted_until / 1000, UTC)
            raise ForbiddenError(f"You are muted in this channel until {until:%Y-%m-%d %H:%M} UTC.")
        return channel.card

    async def moderator(self, person: Person, name: str) -> tuple[Channel, Standing]:
        """A channel to keep order in. Raises UnknownChannelError or ForbiddenError."""
        channel, standing = await self._entered(person, name)
        if not (standing.moderates and "manage" in person.scopes):
            raise ForbiddenError("Only a moderator of this channel can do that.")
        return channel, standing

    async def owner(self, person: Person, name: str) -> tuple[Channel, Standing]:
        """A channel to do anything with. Raises UnknownChannelError or ForbiddenError."""
        channel, standing = await self._entered(person, name)
        if not (standing.owns and "manage" in person.scopes):
            raise ForbiddenError("Only an owner of this channel can do that.")
        return channel, standing

    async def moderates(self, person: Person, name: str) -> bool:
        """Whether what others wrote in a channel that this person may read is this person's to judge."""
        standing = await self.standing(person, self._channels.get(name))
        return standing.moderates and "manage" in person.scopes

    async def _entered(self, person: Person, name: str) -> tuple[Channel, Standing]:
        # First what has to be read: also for a name that is none, so that the time of the answer does not tell. Behind
        # it nothing waits: who enters a room upon this answer enters before anybody loses access in between.
        if not re.fullmatch(CHANNEL_PATTERN, name):
            raise unknown(name)
        member = await self._members.find(name, person.name)
        channel = self._channels.get(name)
        standing = standing_of(channel, person, member)
        if standing.is_admin:
            return channel, standing
        if channel.card.visibility == "invite" and standing.role is None:
            raise unknown(name)
        if standing.banned:
            raise ForbiddenError("You are banned from this channel.")
        return channel, standing

    async def _lists(self, person: Person, channel: Channel, is_known_of: bool) -> bool:
        is_public = channel.card.visibility == "public"
        if not is_known_of:
            return is_public
        standing = await self.standing(person, channel)
        return not standing.banned and (is_public or standing.role is not None)
