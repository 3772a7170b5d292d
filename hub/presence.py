"""Who is in which channel, as far as this hub's own connections tell."""

from collections import Counter, defaultdict


class Attendance:
    """Names by channel; a person with two tabs is here until the second one closes."""

    def __init__(self) -> None:
        self._here: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._channels: defaultdict[str, set[str]] = defaultdict(set)

    def enter(self, connection: str, name: str, channel: str) -> bool:
        """Whether this changed who is present."""
        if channel in self._channels[connection]:
            return False
        self._channels[connection].add(channel)
        self._here[channel][name] += 1
        return self._here[channel][name] == 1

    def leave(self, connection: str, name: str, channel: str) -> bool:
        """Whether this changed who is present."""
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
        return tuple(sorted(self._here[channel], key=str.lower))

    def is_in(self, connection: str, channel: str) -> bool:
        return channel in self._channels[connection]
