"""Somebody is no member any more: of one channel, or, with a deleted account, of any."""

from hub.errors import UnknownChannelError
from hub.live.news import News
from hub.rooms.channel_rows import Mark, Member
from hub.rooms.channels import Channels
from hub.rooms.invitation_book import InvitationBook
from hub.rooms.members import Members
from hub.rooms.succession import without_officer
from hub.rooms.telling import card_changed, expel, member_changed


async def depart(channels: Channels, members: Members, news: News, name: str) -> None:
    """Leave all channels for good, for an account that is deleted. May be done again after a failure.

    A channel that is left without an owner falls to its oldest moderator, or to the administrators. Mutes and bans go
    by the name and stay, and the mark that leads to them; how far was read goes with all the others.
    """
    for mark in await members.marks(name):
        await _leave_for_good(channels, members, news, mark.channel, name)
        if await members.find(mark.channel, name) is None:
            await members.unmark(name, mark.channel)
        else:
            await members.mark(name, mark.channel, _without_reading)


async def unname(channels: Channels, members: Members, invitations: InvitationBook, name: str) -> None:
    """What somebody did as a moderator holds without the name, for an account that is deleted."""
    for channel in channels.each():
        await members.unname(channel.key, name)
        await invitations.unname(channel, name)


async def left(channels: Channels, members: Members, news: News, channel: str, name: str) -> None:
    """Take a membership away. Of a channel by invitation nothing is seen any more."""
    await members.change(channel, name, lambda before: _without_membership(before, name))
    if channels.get(channel).card.visibility == "invite":
        await expel(channels, news, channel, name)
    else:
        member_changed(news, channel, name)
    card_changed(news, channel)


async def _leave_for_good(channels: Channels, members: Members, news: News, channel: str, name: str) -> None:
    try:
        if channels.get(channel).officer(name) is not None:
            await channels.change(channel, lambda one: without_officer(one, name))
        await left(channels, members, news, channels.get(channel).card.name, name)
    except UnknownChannelError:
        return


def _without_reading(mark: Mark) -> Mark:
    return mark.model_copy(update={"since": None, "last_read": None})


def _without_membership(before: Member | None, name: str) -> Member:
    return (before or Member(name=name)).model_copy(update={"since": None, "joined_at": None})
