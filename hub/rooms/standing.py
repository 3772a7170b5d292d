"""How a person stands to a channel: role, ban, mute, and who stands above whom."""

from dataclasses import dataclass
from typing import Final

from contracts.channels import Role
from hub.clock import now_ms
from hub.people import Person
from hub.rooms.channel_rows import Channel, Member

# An administrator stands above owners, whom nobody else stands above.
RANKS: Final[dict[Role | None, int]] = {None: 0, "member": 1, "moderator": 2, "owner": 3}
ADMINISTRATOR: Final = 4


@dataclass(frozen=True)
class Standing:
    """How a person stands to a channel; `muted_until` only while it lasts."""

    role: Role | None
    banned: bool = False
    muted_until: int | None = None
    is_admin: bool = False

    @property
    def rank(self) -> int:
        return ADMINISTRATOR if self.is_admin else RANKS[self.role]

    @property
    def moderates(self) -> bool:
        return self.rank >= RANKS["moderator"]

    @property
    def owns(self) -> bool:
        return self.rank >= RANKS["owner"]


def standing_of(channel: Channel, person: Person, member: Member | None) -> Standing:
    """A role is an account's, and of this holder of the name alone; bans and mutes go by the name."""
    muted_until = member.muted_until if member is not None else None
    return Standing(
        role=_role(channel, person, member),
        banned=member is not None and member.banned_by is not None,
        muted_until=muted_until if muted_until is not None and muted_until > now_ms() else None,
        is_admin=person.is_admin,
    )


def fresh_standing(channel: Channel, person: Person) -> Standing:
    """What the channel's own row says, without the members: whether somebody is an officer."""
    return standing_of(channel, person, None)


def _role(channel: Channel, person: Person, member: Member | None) -> Role | None:
    if person.is_guest:
        return None
    officer = channel.officer(person.name)
    if officer is not None and officer.since == person.since:
        return officer.role
    is_member = member is not None and member.joined_at is not None and member.since == person.since
    return "member" if is_member else None
