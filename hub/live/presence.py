"""Who is in which channel: this hub's own connections, and what the other hubs tell of theirs."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

# Each hub tells all it knows so often; one that died is forgotten when it has missed three.
TELL_EVERY_S: Final = 10.0
FORGET_AFTER_S: Final = 35.0


@dataclass
class Elsewhere:
    """Another hub's people by channel, and when it was last heard (monotonic seconds)."""

    heard_at: float
    here: dict[str, frozenset[str]] = field(default_factory=dict)


class Attendance:
    """Names by channel; a person with two tabs, or on two hubs, is here until the last one closes."""

    def __init__(self) -> None:
        self._here: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._channels: defaultdict[str, set[str]] = defaultdict(set)
        self._elsewhere: dict[str, Elsewhere] = {}

    def enter(self, connection: str, name: str, channel: str) -> bool:
        """Whether this changed who is here."""
        if channel in self._channels[connection]:
            return False
        self._channels[connection].add(channel)
        self._here[channel][name] += 1
        return self._here[channel][name] == 1

    def leave(self, connection: str, name: str, channel: str) -> bool:
        """Whether this changed who is here."""
        if channel not in self._channels[connection]:
            return False
        self._channels[connection].discard(channel)
        self._here[channel][name] -= 1
        if self._here[channel][name]:
            return False
        del self._here[channel][name]
        return True

    def gone(self, connection: str, name: str) -> tuple[str, ...]:
        """The channels in which somebody is missing now."""
        left = tuple(c for c in tuple(self._channels[connection]) if self.leave(connection, name, c))
        del self._channels[connection]
        return left

    def present(self, channel: str) -> tuple[str, ...]:
        """Everybody in a channel, on whatever hub, by name."""
        names = set(self._here[channel])
        for hub in self._elsewhere.values():
            names |= hub.here.get(channel, frozenset())
        return tuple(sorted(names, key=str.lower))

    def own(self, channel: str) -> tuple[str, ...]:
        """Those who are connected to this hub."""
        return tuple(self._here[channel])

    def channels(self) -> tuple[str, ...]:
        """Where anybody is who is connected to this hub."""
        return tuple(channel for channel, names in self._here.items() if names)

    def rooms(self, connection: str) -> int:
        """In how many channels a connection is."""
        return len(self._channels[connection])

    def is_in(self, connection: str, channel: str) -> bool:
        return channel in self._channels[connection]

    def heard(self, hub: str, channel: str, names: Iterable[str]) -> bool:
        """What another hub tells of a channel. Whether this changed who is there."""
        told = self._elsewhere.setdefault(hub, Elsewhere(0.0))
        told.heard_at = time.monotonic()
        before = told.here.get(channel, frozenset())
        told.here[channel] = frozenset(names)
        return before != told.here[channel]

    def forget_silent(self) -> set[str]:
        """Forget hubs that are not heard any more. The channels in which somebody may be missing now."""
        horizon = time.monotonic() - FORGET_AFTER_S
        silent = [hub for hub, told in self._elsewhere.items() if told.heard_at < horizon]
        return {channel for hub in silent for channel in self.forget(hub)}

    def forget(self, hub: str) -> set[str]:
        """Another hub is gone. The channels in which somebody may be missing now."""
        told = self._elsewhere.pop(hub, None)
        return set(told.here) if told is not None else set()
