"""Channels are made, changed and deleted."""

from dataclasses import replace
from typing import Any, Final

from contracts.calls import ChannelCard, Done
from contracts.channels import ChangeChannel, ChannelStands, CreateChannel, DeleteChannel
from hub.clock import now_ms
from hub.errors import BadRequestError, ConflictError, ForbiddenError
from hub.house import House
from hub.people import Person
from hub.rooms.channel_rows import Channel, Member, Officer
from hub.rooms.naming import checked
from hub.rooms.standing import fresh_standing
from hub.rooms.telling import card_changed, joined

# So that nobody takes all good names.
MOST_OWNED: Final = 20
OWNERS_FIELDS: Final = frozenset({"bot", "bots", "visibility", "archived", "chatter"})
# Null means "none" for these; for the others it means that nothing was said.
MAY_BE_NONE: Final = frozenset({"bot", "bots"})


async def create(house: House, person: Person, call: CreateChannel) -> ChannelStands:
    """A channel that the caller owns. Raises NameTakenError, ForbiddenError, ConflictError or BadRequestError."""
    if person.is_guest:
        raise ForbiddenError("Only accounts can make channels.")
    owned = sum(_owns(channel, person) for channel in house.channels.each())
    if owned >= MOST_OWNED and not person.is_admin:
        raise ConflictError(f"Nobody owns more than {MOST_OWNED} channels.")
    card = _sound(ChannelCard(**{**call.model_dump(by_alias=False), "name": checked(call.name)}))
    now = now_ms()
    owner = Officer(name=person.name, since=person.since, role="owner", at=now)
    await house.members.mark(person.name, card.name, lambda mark: mark)
    await house.channels.create(Channel(card, officers=(owner,)))
    member = Member(name=person.name, since=person.since, joined_at=now)
    await house.members.change(card.name, person.name, lambda _before: member)
    card_changed(house.news, card.name)
    joined(house.news, card.name, person.name)
    return ChannelStands(channel=card)


async def change(house: House, person: Person, call: ChangeChannel) -> ChannelStands:
    """Change a card. Raises ForbiddenError, or ConflictError when it is not the one that the caller saw."""
    wanted = {
        name: value
        for name, value in call.model_dump(exclude_unset=True, by_alias=False, exclude={"channel", "version"}).items()
        if value is not None or name in MAY_BE_NONE
    }
    needs_owner = bool(OWNERS_FIELDS & wanted.keys())
    await (house.access.owner if needs_owner else house.access.moderator)(person, call.channel)

    def changed(channel: Channel) -> Channel:
        _still_may(channel, person, needs_owner=needs_owner)
        return _with(channel, wanted, call.version)

    channel = await house.channels.change(call.channel, changed)
    card_changed(house.news, channel.card.name)
    return ChannelStands(channel=channel.card)


async def delete(house: House, person: Person, call: DeleteChannel) -> Done:
    """Delete a channel: nobody knows it from now on, and its rows go one after the other. Raises HubError."""
    channel, _ = await house.access.owner(person, call.channel)
    if call.confirm != channel.card.name:
        raise BadRequestError(f"To delete this channel, write its name: {channel.card.name}.")
    if channel.key == house.home.lower():
        raise ConflictError("The home channel of this house cannot be deleted.")

    def deleted(channel: Channel) -> Channel:
        _still_may(channel, person, needs_owner=True)
        return replace(channel, deleted_at=now_ms())

    await house.channels.change(channel.card.name, deleted)
    card_changed(house.news, channel.card.name)
    house.dissolution.wake()
    return Done()


def _with(channel: Channel, wanted: dict[str, Any], version: int) -> Channel:
    if channel.card.version != version:
        raise ConflictError("Somebody else has changed this channel meanwhile; look at it again.")
    card = channel.card.model_copy(update={**wanted, "version": version + 1})
    return replace(channel, card=_sound(card))


def _sound(card: ChannelCard) -> ChannelCard:
    if card.bot is not None and card.bots is not None and card.bot.lower() not in {bot.lower() for bot in card.bots}:
        raise BadRequestError(f"{card.bot} is not among the bots that this channel allows.")
    return card


def _still_may(channel: Channel, person: Person, *, needs_owner: bool) -> None:
    """Held against the row that is about to be replaced: this hub's memory may be some seconds old."""
    standing = fresh_standing(channel, person)
    if not (standing.owns if needs_owner else standing.moderates):
        raise ForbiddenError("You do not keep this channel any more.")


def _owns(channel: Channel, person: Person) -> bool:
    officer = channel.officer(person.name)
    return officer is not None and (officer.role, officer.since) == ("owner", person.since)
