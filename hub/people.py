"""Who speaks: what a valid token says of its bearer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """The bearer of a session; the name is how it was registered."""

    name: str
    is_guest: bool
    session_id: str
