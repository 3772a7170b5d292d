"""Who speaks: what a valid token says of its bearer."""

from dataclasses import dataclass
from typing import Final

from contracts.accounts import Scope as Scope
from contracts.message import Message
from contracts.wire import Milliseconds

# Who wrote what an account that was deleted has left.
DELETED: Final = "deleted"
EVERY_SCOPE: Final[frozenset[Scope]] = frozenset({"read", "write", "manage", "account"})


@dataclass(frozen=True)
class Person:
    """The bearer of a session; the name is how it was registered.

    `since` (ms since 1970): when this holder took the name. A guest's name is free again later and passes to others.
    `session_id`: what has to stand for this to be true: a session, or a key for programs. `connection`: the socket
    that speaks; None over HTTP. `address`: from where, as limits count it.
    """

    name: str
    is_guest: bool
    session_id: str
    since: Milliseconds
    is_admin: bool = False
    is_program: bool = False
    scopes: frozenset[Scope] = EVERY_SCOPE
    connection: str | None = None
    address: str = "unknown"

    def wrote(self, message: Message) -> bool:
        """Whether a message is by this holder of the name, and by no bot and no earlier one."""
        return not message.is_bot and message.sender == self.name and message.sent_at >= self.since
