"""Who waits for how many answers: from what the sweep reads, and what was asked here since; no query of its own."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from contracts.message import Message
from hub.errors import TooManyRequestsError
from hub.log.rows import OpenJob

TRY_AGAIN_S: Final = 10


@dataclass(frozen=True)
class Asked:
    """By whom, and when this hub heard of it (monotonic seconds)."""

    by: str
    at: float


class WaitingAnswers:
    """The open placeholders of each channel; what another hub opened or ended is known after its next sweep."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: defaultdict[str, dict[int, Asked]] = defaultdict(dict)

    def opened(self, jobs: Iterable[OpenJob]) -> None:
        for job in jobs:
            if job.asked_by is not None:
                self._open[job.channel][job.comment_id] = Asked(job.asked_by, time.monotonic())

    def changed(self, channel: str, messages: Iterable[Message]) -> None:
        """Messages were written: answers among them may have ended."""
        standing = self._open.get(channel, {})
        for message in messages:
            if not message.is_thinking:
                standing.pop(message.comment_id, None)

    def swept(self, channel: str, jobs: Iterable[OpenJob], since: float) -> None:
        """What the table held when it was read, which began at `since` (monotonic seconds)."""
        standing = self._open.pop(channel, {})
        self.opened(jobs)
        kept = {comment_id: asked for comment_id, asked in standing.items() if asked.at >= since}
        if kept or channel in self._open:
            self._open[channel].update(kept)

    def keep(self, channels: Collection[str]) -> None:
        """Forget who waits in any other channel: it was deleted."""
        for gone in self._open.keys() - set(channels):
            del self._open[gone]

    def check(self, channel: str, person: str, more: int) -> None:
        """Raises TooManyRequestsError where `more` are too many."""
        waiting = sum(asked.by == person for asked in self._open.get(channel, {}).values())
        if waiting + more > self._most:
            sentence = f"{waiting} of your questions here wait for a bot; please wait until some are answered."
            raise TooManyRequestsError(sentence, TRY_AGAIN_S)
