"""The calls about channels: their cards, their people, and what one has read."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.calls import ChannelCard, Chatter, Topic, Visibility
from contracts.wire import ChannelName, CommentId, Milliseconds, PersonName, Revision, Wire

Role = Literal["owner", "moderator", "member"]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]
Pages = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000)]
BotNames = Annotated[tuple[PersonName, ...], Field(max_length=50)]
# What stands in an invitation's link behind the channel's name.
InvitationToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,100}$")]
InvitationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

# An unread count ends here: a list shows "99+".
MOST_UNREAD = 100


class CreateChannel(Wire):
    """Make a channel and own it. Accounts only."""

    name: ChannelName
    title: Line = ""
    description: Paragraph = ""
    rules: Pages = ""
    default_topic: Topic = "General"
    bot: PersonName | None = None
    bots: BotNames | None = None
    visibility: Visibility = "public"


class ChangeChannel(Wire):
    """Change what is named of a channel's card; what is left out stays.

    `version` is the card's as the caller saw it: when somebody else was quicker, that is a conflict. Moderators change
    words; bots, visibility and the archive are the owner's.
    """

    channel: ChannelName
    version: Revision
    title: Line | None = None
    description: Paragraph | None = None
    rules: Pages | None = None
    default_topic: Topic | None = None
    bot: PersonName | None = None
    bots: BotNames | None = None
    visibility: Visibility | None = None
    archived: bool | None = None
    chatter: Chatter | None = None


class DeleteChannel(Wire):
    """Delete a channel with all that was said in it. Its name is written again, so that nobody does it by mistake."""

    channel: ChannelName
    confirm: ChannelName


class ListChannels(Wire):
    """The channels that the caller may see, and how they stand to the caller."""


class JoinChannel(Wire):
    """Become a member; `token` is an invitation's."""

    channel: ChannelName
    token: InvitationToken | None = None


class LeaveChannel(Wire):
    """Be no member any more. The last owner hands the channel over first."""

    channel: ChannelName


class ListMembers(Wire):
    """The people of a channel, a page at a time in the order of their names; `after` is the `next` of the page before.

    Moderators also see who is muted or banned.
    """

    channel: ChannelName
    after: PersonName | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 100


class SetRole(Wire):
    """Make a member a moderator or an owner, or a plain member again. An owner's call."""

    channel: ChannelName
    name: PersonName
    role: Role


class Mute(Wire):
    """Somebody may read and not write until a time (ms since 1970); null: may write again."""

    channel: ChannelName
    name: PersonName
    until: Milliseconds | None


class Kick(Wire):
    """Somebody is no member any more and leaves the room; to a public channel one may come back."""

    channel: ChannelName
    name: PersonName


class Ban(Wire):
    """Nobody of that name may be in a channel."""

    channel: ChannelName
    name: PersonName


class Unban(Wire):
    """Take a ban back."""

    channel: ChannelName
    name: PersonName


class Invite(Wire):
    """Make an invitation for so many people and so many hours."""

    channel: ChannelName
    uses: Annotated[int, Field(ge=1, le=1_000)] = 1
    hours: Annotated[int, Field(ge=1, le=24 * 90)] = 24 * 7


class ListInvitations(Wire):
    """The invitations of a channel that are still good."""

    channel: ChannelName


class RevokeInvitation(Wire):
    """An invitation is good for nothing from now on."""

    channel: ChannelName
    invitation_id: InvitationId


class MarkRead(Wire):
    """The caller has read a channel up to a message; an earlier one than before changes nothing."""

    channel: ChannelName
    comment_id: CommentId


class ChannelStands(Wire):
    """The answer to `CreateChannel` and `ChangeChannel`: the card as it stands now."""

    ok: Literal[True] = True
    channel: ChannelCard


class MyChannel(Wire):
    """A channel and how it stands to the caller. `unread` and `mentions` count up to 100 of the newest messages.

    They are null without a read mark: nobody has read nothing of a channel that they never opened.
    """

    channel: ChannelCard
    role: Role | None
    muted_until: Milliseconds | None
    last_read: CommentId | None
    unread: Annotated[int, Field(ge=0, le=MOST_UNREAD)] | None
    mentions: Annotated[int, Field(ge=0, le=MOST_UNREAD)] | None


class MyChannels(Wire):
    """The answer to `ListChannels`, in the order of their names."""

    ok: Literal[True] = True
    channels: tuple[MyChannel, ...]


class Joining(Wire):
    """The answer to `JoinChannel`: the channel, and what the caller is in it."""

    ok: Literal[True] = True
    channel: ChannelCard
    role: Role


class MemberCard(Wire):
    """One of a channel's people. `role` is null for who is muted or banned and no member."""

    name: str
    role: Role | None
    muted_until: Milliseconds | None
    banned: bool


class Members(Wire):
    """The answer to `ListMembers`: owners and moderators, and a page of everybody; `next` asks for the one after."""

    ok: Literal[True] = True
    officers: tuple[MemberCard, ...]
    members: tuple[MemberCard, ...]
    next: str | None


class InvitationCard(Wire):
    """An invitation without its token, which only its maker has seen."""

    invitation_id: InvitationId
    made_by: str
    expires_at: Milliseconds
    uses_left: Annotated[int, Field(ge=0)]


class Invitation(Wire):
    """The answer to `Invite`: `path` is the address at this house that invites; its token is told once."""

    ok: Literal[True] = True
    card: InvitationCard
    token: InvitationToken
    path: str


class Invitations(Wire):
    """The answer to `ListInvitations`."""

    ok: Literal[True] = True
    invitations: tuple[InvitationCard, ...]


class MarkedRead(Wire):
    """The answer to `MarkRead`: up to where the caller has read."""

    ok: Literal[True] = True
    last_read: CommentId
