"""Where a person has to do with channels, for an administrator and for an export."""

from contracts.channels import Role
from contracts.wire import CommentId, Milliseconds, Wire
from hub.accounts.rows import Account
from hub.errors import UnknownChannelError
from hub.people import Person
from hub.rooms.channel_rows import Mark
from hub.rooms.channels import Channels
from hub.rooms.members import Members
from hub.rooms.standing import standing_of


class Membership(Wire):
    """How an account stands to a channel, and how far it has read there. Times in ms since 1970."""

    channel: str
    role: Role | None
    joined_at: Milliseconds | None
    muted_until: Milliseconds | None
    banned: bool
    last_read: CommentId | None


def person_of(account: Account) -> Person:
    """To ask about an account; nobody speaks by it."""
    return Person(account.name, account.is_guest, session_id="", since=account.created_at, scopes=frozenset())


async def memberships(channels: Channels, members: Members, account: Account) -> list[Membership]:
    """In the order of the channels' names."""
    marks = await members.marks(account.name)
    return [one for mark in marks if (one := await _membership(channels, members, account, mark)) is not None]


async def _membership(channels: Channels, members: Members, account: Account, mark: Mark) -> Membership | None:
    try:
        channel = channels.get(mark.channel)
    except UnknownChannelError:
        return None
    member = await members.find(channel.key, account.name)
    standing = standing_of(channel, person_of(account), member)
    return Membership(
        channel=channel.card.name,
        role=standing.role,
        joined_at=member.joined_at if member is not None and standing.role is not None else None,
        muted_until=standing.muted_until,
        banned=standing.banned,
        last_read=mark.last_read if mark.since == account.created_at else None,
    )
