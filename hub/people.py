"""Who speaks: what a valid token says of its bearer."""

from dataclasses import dataclass

from contracts.message import Message
from contracts.wire import Milliseconds


@dataclass(frozen=True)
class Person:
    """The bearer of a session; the name is how it was registered."""

    name: str
    is_guest: bool
    session_id: str


@dataclass(frozen=True)
class Owner:
    """Who holds a name, and since when (ms since 1970): a guest's name is free again later and passes to others."""

    name: str
    since: Milliseconds

    def wrote(self, message: Message) -> bool:
        """Whether a message is by this holder of the name, and by no bot and no earlier one."""
        return not message.is_bot and message.sender == self.name and message.sent_at >= self.since
