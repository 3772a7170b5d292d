"""Moderators invite people to a channel."""

from typing import Final

from contracts.calls import Done
from contracts.channels import Invitation, Invitations, Invite, ListInvitations, RevokeInvitation
from hub.clock import now_ms
from hub.house import House
from hub.people import Person
from hub.rooms.channel_rows import KeptInvitation

HOUR_MS: Final = 3_600_000


async def invite(house: House, person: Person, call: Invite) -> Invitation:
    """Make an invitation. A moderator's call."""
    channel, _ = await house.access.moderator(person, call.channel)
    expires_at = now_ms() + call.hours * HOUR_MS
    kept = KeptInvitation(made_by=person.name, expires_at=expires_at, uses_left=call.uses)
    card, token = await house.invitations.make(channel, kept)
    return Invitation(card=card, token=token, path=f"/c/{channel.card.name}#invitation={token}")


async def listed(house: House, person: Person, call: ListInvitations) -> Invitations:
    """The invitations that are still good. A moderator's call."""
    channel, _ = await house.access.moderator(person, call.channel)
    return Invitations(invitations=await house.invitations.open(channel))


async def revoke(house: House, person: Person, call: RevokeInvitation) -> Done:
    """End an invitation; again is no error. A moderator's call."""
    channel, _ = await house.access.moderator(person, call.channel)
    await house.invitations.revoke(channel, call.invitation_id)
    return Done()
