"""Keeping order: roles, mutes, kicks and bans. Nobody acts on who stands as high or higher."""

from collections.abc import Callable
from typing import Final

from contracts.calls import Done
from contracts.channels import Ban, Kick, ListMembers, MemberCard, Members, Mute, SetRole, Unban
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.house import House
from hub.people import Person
from hub.rooms.channel_rows import Channel, Member, Officer
from hub.rooms.registry import Holder
from hub.rooms.standing import RANKS, Standing, fresh_standing
from hub.rooms.succession import is_last_owner, with_officer, without_officer
from hub.rooms.telling import card_changed, expel, member_changed

MOST_OFFICERS: Final = 50


async def set_role(house: House, person: Person, call: SetRole) -> Done:
    """Make a member an officer, or an officer a member. An owner's call. Raises HubError."""
    channel, _ = await house.access.owner(person, call.channel)
    holder = await _member(house, channel, call.name)
    await house.channels.change(channel.card.name, lambda one: _with_role(one, person, holder, call))
    card_changed(house.news, channel.card.name)
    return Done()


async def mute(house: House, person: Person, call: Mute) -> Done:
    """Somebody may not write until a time, or may again. A moderator's call."""
    channel = await _above(house, person, call.channel, call.name)
    until = call.until if call.until is not None and call.until > now_ms() else None
    await house.members.change(channel.key, call.name, _with(call.name, muted_until=until))
    member_changed(house.news, channel.card.name, call.name)
    return Done()


async def kick(house: House, person: Person, call: Kick) -> Done:
    """Somebody is no member any more, and leaves the room. A moderator's call."""
    channel = await _above(house, person, call.channel, call.name)
    await _out(house, channel, person, call.name, _with(call.name, joined_at=None, since=None))
    return Done()


async def ban(house: House, person: Person, call: Ban) -> Done:
    """Nobody of that name may be here. A moderator's call."""
    channel = await _above(house, person, call.channel, call.name)
    await _out(house, channel, person, call.name, _with(call.name, joined_at=None, since=None, banned_by=person.name))
    return Done()


async def unban(house: House, person: Person, call: Unban) -> Done:
    """Take a ban back; who was a member is one again by joining. A moderator's call."""
    channel, _ = await house.access.moderator(person, call.channel)
    await house.members.change(channel.key, call.name, _with(call.name, banned_by=None))
    member_changed(house.news, channel.card.name, call.name)
    return Done()


async def people(house: House, person: Person, call: ListMembers) -> Members:
    """A page of a channel's people; only moderators see who is muted or banned."""
    channel = house.channels.get((await house.access.reader(person, call.channel)).name)
    moderates = await house.access.moderates(person, channel.card.name)
    read = house.members.page if moderates else house.members.members
    seen, has_more = await read(channel.key, call.after, call.limit)
    officers = tuple(
        MemberCard(name=one.name, role=one.role, muted_until=None, banned=False) for one in channel.officers
    )
    cards = tuple(_card(channel, one, moderates=moderates) for one in seen)
    return Members(officers=officers, members=cards, next=seen[-1].name if has_more else None)


async def _above(house: House, person: Person, name: str, other: str) -> Channel:
    """The channel, when this moderator stands above another person in it."""
    await house.access.moderator(person, name)
    # Another hub may have given or taken an office a moment ago.
    await house.channels.reread(name)
    channel, standing = await house.access.moderator(person, name)
    _check_above(channel, standing, other)
    return channel


def _check_above(channel: Channel, standing: Standing, other: str) -> None:
    officer = channel.officer(other)
    if standing.rank <= RANKS[officer.role if officer is not None else None]:
        raise ForbiddenError(f"{other} stands as high in this channel as you do, or higher.")


async def _out(
    house: House, channel: Channel, person: Person, name: str, by: Callable[[Member | None], Member]
) -> None:
    """First no officer, then no member, then out of the room: an access that is half taken is none."""

    def dismissed(one: Channel) -> Channel:
        _check_above(one, fresh_standing(one, person), name)
        return without_officer(one, name)

    if channel.officer(name) is not None:
        await house.channels.change(channel.card.name, dismissed)
    await house.members.change(channel.key, name, by)
    await expel(house.channels, house.news, channel.card.name, name)
    card_changed(house.news, channel.card.name)


async def _member(house: House, channel: Channel, name: str) -> Holder:
    holder = await house.registry.find(name)
    member = await house.members.find(channel.key, name)
    is_member = holder is not None and member is not None and member.joined_at is not None
    if holder is None or not is_member or member is None or member.since != holder.since:
        raise NotFoundError(f"{name} is no member of this channel.")
    return holder


def _with_role(channel: Channel, person: Person, holder: Holder, call: SetRole) -> Channel:
    standing, officer = fresh_standing(channel, person), channel.officer(holder.name)
    if not standing.owns:
        raise ForbiddenError("Only an owner of this channel can do that.")
    if officer is not None and officer.role == call.role:
        return channel
    if holder.name != person.name:
        _check_above(channel, standing, holder.name)
    if call.role != "owner" and is_last_owner(channel, holder.name):
        raise ConflictError("A channel keeps an owner: make somebody else one first.")
    if call.role == "member":
        return without_officer(channel, holder.name)
    if officer is None and len(channel.officers) >= MOST_OFFICERS:
        raise ConflictError(f"A channel has at most {MOST_OFFICERS} owners and moderators.")
    return with_officer(channel, Officer(name=holder.name, since=holder.since, role=call.role, at=now_ms()))


def _with(name: str, **changes: str | int | None) -> Callable[[Member | None], Member]:
    return lambda before: (before or Member(name=name)).model_copy(update=changes)


def _card(channel: Channel, member: Member, *, moderates: bool) -> MemberCard:
    officer = channel.officer(member.name)
    role = officer.role if officer is not None else "member"
    return MemberCard(
        name=member.name,
        role=role if member.joined_at is not None else None,
        muted_until=member.muted_until if moderates else None,
        banned=moderates and member.banned_by is not None,
    )
