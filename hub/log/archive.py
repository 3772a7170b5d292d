"""The channel logs that are in use."""

import time
from collections import OrderedDict
from collections.abc import Callable

from azure.data.tables.aio import TableClient

from contracts.message import Message
from hub.log.channel_log import ChannelLog

# A log keeps up to 400 messages in memory; the least recently used one is dropped and read again when needed.
LOGS_IN_MEMORY = 500


class Archive:
    """One log for each channel; a channel must never have two writers in one hub."""

    def __init__(self, table: TableClient, publish: Callable[[str, tuple[Message, ...]], None]) -> None:
        self._table = table
        self._publish = publish
        self._logs: OrderedDict[str, ChannelLog] = OrderedDict()
        # When something was last written here, by channel; in monotonic seconds.
        self._written_at: dict[str, float] = {}

    def channel(self, name: str) -> ChannelLog:
        """The log of a channel by its exact name."""
        if name not in self._logs:
            self._logs[name] = ChannelLog(name, self._table, lambda messages: self._tell(name, messages))
        self._logs.move_to_end(name)
        if len(self._logs) > LOGS_IN_MEMORY:
            oldest = next((key for key, log in self._logs.items() if log.is_idle and key != name), None)
            if oldest is not None:
                del self._logs[oldest]
        return self._logs[name]

    def drop(self, name: str) -> None:
        """A channel is no more; a log that still writes finds that out by itself."""
        if name in self._logs and self._logs[name].is_idle:
            del self._logs[name]

    def busy_within(self, seconds: float) -> set[str]:
        """The channels in which this hub wrote something of late."""
        horizon = time.monotonic() - seconds
        self._written_at = {name: at for name, at in self._written_at.items() if at > horizon}
        return set(self._written_at)

    def _tell(self, name: str, messages: tuple[Message, ...]) -> None:
        self._written_at[name] = time.monotonic()
        self._publish(name, messages)
