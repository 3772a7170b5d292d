"""Who keeps a channel when one of its officers goes."""

from dataclasses import replace

from hub.clock import now_ms
from hub.rooms.channel_rows import Channel, Officer


def with_officer(channel: Channel, officer: Officer) -> Channel:
    """The channel with somebody in an office, whatever that person was before."""
    others = tuple(one for one in channel.officers if one.name.lower() != officer.name.lower())
    return _kept_by(channel, (*others, officer))


def without_officer(channel: Channel, name: str) -> Channel:
    """The channel without one of its officers. After the last owner the oldest moderator owns it, or nobody does."""
    others = tuple(one for one in channel.officers if one.name.lower() != name.lower())
    if others == channel.officers:
        return channel
    if others and not any(one.role == "owner" for one in others):
        heir = min(others, key=lambda one: one.at)
        others = tuple(
            one.model_copy(update={"role": "owner", "at": now_ms()}) if one is heir else one for one in others
        )
    return _kept_by(channel, others)


def is_last_owner(channel: Channel, name: str) -> bool:
    officer = channel.officer(name)
    owners = sum(one.role == "owner" for one in channel.officers)
    return officer is not None and officer.role == "owner" and owners == 1


def _kept_by(channel: Channel, officers: tuple[Officer, ...]) -> Channel:
    ownerless = not any(one.role == "owner" for one in officers)
    card = channel.card
    if card.ownerless != ownerless:
        card = card.model_copy(update={"ownerless": ownerless, "version": card.version + 1})
    return replace(channel, card=card, officers=officers)
