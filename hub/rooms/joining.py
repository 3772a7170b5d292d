"""People join channels and leave them."""

from typing import Final

from contracts.calls import ChannelCard, Done
from contracts.channels import JoinChannel, Joining, LeaveChannel
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, UnknownChannelError
from hub.house import House
from hub.people import Person
from hub.rooms.channel_rows import Channel, Member
from hub.rooms.channels import unknown
from hub.rooms.departing import left
from hub.rooms.succession import is_last_owner, without_officer
from hub.rooms.telling import joined

MOST_JOINED: Final = 500


async def join(house: House, person: Person, call: JoinChannel) -> Joining:
    """Become a member. Raises HubError; an invitation that is not good is as if there were no such channel."""
    if person.is_guest:
        raise ForbiddenError("Only accounts can be members.")
    card = await _entered(house, person, call)
    channel = house.channels.get(card.name)
    standing = await house.access.standing(person, channel)
    if standing.role is None:
        if len(await house.members.marks(person.name)) >= MOST_JOINED:
            raise ConflictError(f"Nobody is in more than {MOST_JOINED} channels.")
        await house.members.change(card.name, person.name, lambda before: _joined(before, person))
        joined(house.news, card.name, person.name)
    return Joining(channel=card, role=standing.role or "member")


async def leave(house: House, person: Person, call: LeaveChannel) -> Done:
    """Be no member any more. Raises ConflictError for the last owner."""
    name = (await house.access.reader(person, call.channel)).name

    def resigned(channel: Channel) -> Channel:
        if is_last_owner(channel, person.name):
            raise ConflictError("You are the last owner: make somebody else an owner first, or delete the channel.")
        return without_officer(channel, person.name)

    if house.channels.get(name).officer(person.name) is not None:
        await house.channels.change(name, resigned)
    await left(house.channels, house.members, house.news, name, person.name)
    return Done()


async def _entered(house: House, person: Person, call: JoinChannel) -> ChannelCard:
    try:
        return await house.access.reader(person, call.channel)
    except UnknownChannelError:
        if call.token is None:
            raise
    # Looked up also where there is no such channel, so that the time of the answer does not tell.
    if not await house.invitations.is_good(call.channel, call.token):
        raise unknown(call.channel)
    # It may have been made on another hub a moment ago.
    await house.channels.reread(call.channel)
    card = house.channels.get(call.channel).card
    member = await house.members.find(card.name, person.name)
    is_banned = member is not None and member.banned_by is not None
    if is_banned or not await house.invitations.redeem(card.name, call.token):
        raise unknown(call.channel)
    return card


def _joined(before: Member | None, person: Person) -> Member:
    if before is not None and before.banned_by is not None:
        raise ForbiddenError("You are banned from this channel.")
    held = before or Member(name=person.name)
    return held.model_copy(update={"name": person.name, "since": person.since, "joined_at": now_ms()})
