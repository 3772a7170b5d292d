"""The rows of the table `channels`: cards, people, read marks, invitations, reports.

| partition           | row key                          | what it is                                              |
| `channel`           | channel, lower case              | the card, with its owners and moderators, and its doors |
| `member!` + channel | person, lower case               | a member, or somebody who is muted or banned by name    |
| `person!` + person  | channel, lower case              | where to look for the rows above, and the read mark     |
| `invite!` + channel | hash of the token                | an invitation                                           |
| `report!` + channel | `open!`/`done!`, message, person | a report                                                |

Officers stand in the channel's own row, so that "somebody owns it" is one conditional write. A row of `person!` is
written before the row of `member!` that it leads to and outlives it: whoever reads it misses nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter

from contracts.calls import ChannelCard
from contracts.channels import Role
from contracts.wire import CommentId, Milliseconds, Wire
from hub.log.rows import Row, row
from hub.log.tables import from_chunks

CHANNELS: Final = "channel"


class Officer(Wire):
    """An owner or a moderator. `since` tells this holder of the name from an earlier one; `at`: when appointed."""

    name: str
    since: Milliseconds
    role: Role
    at: Milliseconds


OFFICERS: TypeAdapter[tuple[Officer, ...]] = TypeAdapter(tuple[Officer, ...])


@dataclass(frozen=True)
class Channel:
    """A channel as its row holds it.

    `doors` changes whenever somebody loses access, so that every hub looks again who may stay. `deleted_at`: when its
    deletion began; then nobody knows it any more. `erased_at`: when nothing of it was left but the name, which the
    house does not use again.
    """

    card: ChannelCard
    officers: tuple[Officer, ...] = ()
    doors: str = ""
    deleted_at: int | None = None
    erased_at: int | None = None

    @property
    def key(self) -> str:
        return self.card.name.lower()

    def officer(self, name: str) -> Officer | None:
        return next((one for one in self.officers if one.name.lower() == name.lower()), None)


class Member(Wire):
    """What a channel knows of a person. `joined_at` is null for who is muted or banned and no member.

    Membership is this holder's of the name (`since`); muting and banning go by the name, whoever bears it.
    """

    name: str
    since: Milliseconds | None = None
    joined_at: Milliseconds | None = None
    muted_until: Milliseconds | None = None
    banned_by: str | None = None

    @property
    def says_something(self) -> bool:
        return self.joined_at is not None or self.muted_until is not None or self.banned_by is not None


class Mark(Wire):
    """A channel that a person has to do with, and how far this holder of the name has read it."""

    channel: str
    since: Milliseconds | None = None
    last_read: CommentId | None = None


class KeptInvitation(Wire):
    """An invitation; the token itself is kept nowhere."""

    made_by: str
    expires_at: Milliseconds
    uses_left: int


def channel_row(channel: Channel) -> Row:
    more = {"officers": OFFICERS.dump_json(channel.officers).decode(), "doors": channel.doors}
    if channel.deleted_at is not None:
        more["deletedAt"] = str(channel.deleted_at)
    if channel.erased_at is not None:
        more["erasedAt"] = str(channel.erased_at)
    return row(CHANNELS, channel.key, channel.card) | more


def channel_from(entity: Any) -> Channel:
    """A row from before channels had owners holds a card alone, which does not say that it has none."""
    deleted_at, erased_at = entity.get("deletedAt"), entity.get("erasedAt")
    card, officers = ChannelCard.from_json(from_chunks(entity)), entity.get("officers")
    return Channel(
        card=card if officers is not None else card.model_copy(update={"ownerless": True}),
        officers=OFFICERS.validate_json(officers or "[]"),
        doors=entity.get("doors", ""),
        deleted_at=int(deleted_at) if deleted_at is not None else None,
        erased_at=int(erased_at) if erased_at is not None else None,
    )


def members_of(channel: str) -> str:
    return f"member!{channel.lower()}"


def marks_of(person: str) -> str:
    return f"person!{person.lower()}"


def invitations_to(channel: str) -> str:
    return f"invite!{channel.lower()}"


def reports_on(channel: str) -> str:
    return f"report!{channel.lower()}"
