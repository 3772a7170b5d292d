"""Channels in a terminal: which there are, who keeps them, and an end to one or to a quarrel."""

from dataclasses import replace

from hub.admin import parts
from hub.admin.asking import confirm
from hub.admin.desk import Desk, day, plain, table
from hub.clock import now_ms
from hub.errors import ConflictError, NotFoundError
from hub.rooms.channel_rows import Channel, Member, Officer
from hub.rooms.members import Members
from hub.rooms.registry import Holder, Registry
from hub.rooms.succession import with_officer
from hub.rooms.telling import card_changed, joined

MEMBERS_AT_ONCE = 900
HEAD = ("channel", "visibility", "", "owners", "members", "revision")


async def show(desk: Desk) -> None:
    archive, channels = parts.archive(desk), await parts.channels(desk)
    rows = [
        (
            one.card.name,
            one.card.visibility,
            "archived" if one.card.archived else "",
            _owners(one),
            await _members(desk, one),
            await archive.channel(one.card.name).revision(),
        )
        for one in channels.each()
    ]
    print(table(HEAD, rows) if rows else "There is no channel; a hub makes the first ones when it starts.")


async def show_one(desk: Desk, name: str) -> None:
    """What is known of one. Raises UnknownChannelError."""
    channel = (await parts.channels(desk)).get(name)
    card = channel.card
    revision = await parts.archive(desk).channel(card.name).revision()
    facts = {
        "name": card.name,
        "title": card.title,
        "described": card.description,
        "visibility": card.visibility,
        "archived": "yes" if card.archived else "no",
        "bot": card.bot or "none",
        "members": await _members(desk, channel),
        "revision": revision,
    }
    for key, value in facts.items():
        print(f"{key:<10}  {plain(value)}".rstrip())
    for one in channel.officers:
        print(f"{one.role:<10}  {one.name} since {day(one.at)} UTC")


async def delete(desk: Desk, name: str, *, yes: bool) -> None:
    """Delete a channel as its owner could. Raises UnknownChannelError, ConflictError or BadRequestError.

    Hubs know it no more when they hear the news, or, without Redis, at the sweep's pace of some seconds. One that
    runs, or that starts later, erases its rows.
    """
    channels = await parts.channels(desk)
    channel = channels.get(name)
    if channel.key == desk.settings.hub_home_channel.lower():
        raise ConflictError("The home channel of this house cannot be deleted.")
    confirm(channel.card.name, yes=yes)
    await channels.change(channel.key, lambda one: replace(one, deleted_at=now_ms()))
    card_changed(desk.news, channel.card.name)
    print(f"{channel.card.name} is deleted; a hub erases what was in it, and frees the name within some minutes.")


async def set_owner(desk: Desk, name: str, owner: str) -> None:
    """Make an account the one owner of a channel; who owned it before moderates it. Raises HubError.

    The new owner is a member from now on, neither muted nor banned. When hubs know it: see `delete`.
    """
    channels, holder = await parts.channels(desk), await Registry(desk.tables.accounts).find(owner)
    channel = channels.get(name)
    if holder is None or holder.is_closed:
        raise NotFoundError(f"There is no open account called {owner}.")
    await _admit(desk, channel, holder)
    changed = await channels.change(channel.key, lambda one: _owned_by(one, holder))
    card_changed(desk.news, changed.card.name)
    joined(desk.news, changed.card.name, holder.name)
    print(f"{holder.name} owns {changed.card.name}.")


async def _admit(desk: Desk, channel: Channel, holder: Holder) -> None:
    """As whoever makes a channel is its member, before the office is given: without both it is none."""

    def admitted(before: Member | None) -> Member:
        was_member = before is not None and before.since == holder.since
        joined_at = before.joined_at if before is not None and was_member else None
        return Member(name=holder.name, since=holder.since, joined_at=joined_at or now_ms())

    await Members(desk.tables.channels).change(channel.key, holder.name, admitted)


def _owned_by(channel: Channel, holder: Holder) -> Channel:
    now = now_ms()
    officers = tuple(
        one.model_copy(update={"role": "moderator", "at": now}) if one.role == "owner" else one
        for one in channel.officers
    )
    owner = Officer(name=holder.name, since=holder.since, role="owner", at=now)
    return with_officer(replace(channel, officers=officers), owner)


def _owners(channel: Channel) -> str:
    return ", ".join(one.name for one in channel.officers if one.role == "owner") or "nobody"


async def _members(desk: Desk, channel: Channel) -> int:
    """Who joined; those who are only muted or banned are not counted."""
    members, count = Members(desk.tables.channels), 0
    after: str | None = None
    while True:
        page, has_more = await members.page(channel.key, after, MEMBERS_AT_ONCE)
        count += sum(one.joined_at is not None for one in page)
        if not has_more:
            return count
        after = page[-1].name
