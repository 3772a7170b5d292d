"""The sweep: repairs what a crash left between two steps, from the `open` rows of the channels."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from math import ceil

from contracts.message import MessageError
from contracts.storage import is_unavailable
from hub.bots import Bots
from hub.clock import now_ms
from hub.errors import StorageUnavailableError
from hub.log.archive import Archive
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import OpenJob, Stored
from hub.rooms.channels import Channels
from hub.talk.answers import unanswered
from hub.talk.waiting_answers import WaitingAnswers

log = logging.getLogger(__name__)

EVERY_S = 5.0
# A channel in which this hub wrote within this time is looked at in each round; all others within about this time, in
# turn, for what another hub left when it died.
ROUND_S = 60.0
AT_ONCE = 8
# Posting queues a job within a second; an open row that is not marked by now was left by a crash or a failed send.
UNQUEUED_AFTER_MS = 10_000
# A job that lies on the queue is asked again only while its bot is awake, and after twice the time at each try:
# the queue may just be long.
SILENT_AFTER_MS = 600_000

EXPIRED = MessageError(code="expired", message="Nobody was there to answer in time.")

Ask = Callable[[ChannelLog, Stored, OpenJob], Awaitable[None]]


class Sweep:
    """Runs on each hub; a conditional write on the open row decides which of them acts."""

    def __init__(self, archive: Archive, channels: Channels, bots: Bots, ask: Ask, asked: WaitingAnswers) -> None:
        self._archive = archive
        self._channels = channels
        self._bots = bots
        self._ask = ask
        self._waiting: dict[str, tuple[OpenJob, ...]] = {}
        self.expired = 0
        self._asked = asked
        self._last_visited = ""

    @property
    def waiting(self) -> list[OpenJob]:
        """The placeholders that wait, whatever their channel, as of the last look at it."""
        return [opened for card in self._channels.all() for opened in self._waiting.get(card.name, ())]

    async def run(self) -> None:
        """Sweep for ever; nothing but cancellation ends it."""
        while True:
            try:
                await self._channels.refresh()
                self._forget_deleted()
                await self._bots.refresh()
                await self._visit(self._due())
            except Exception as error:  # noqa: BLE001  the loop must live
                _stumbled(error)
            await asyncio.sleep(EVERY_S)

    def _forget_deleted(self) -> None:
        names = [card.name for card in self._channels.all()]
        self._asked.keep(names)
        for gone in self._waiting.keys() - set(names):
            del self._waiting[gone]

    def _due(self) -> list[str]:
        """The busy channels, and as many of the others as it takes to see each within a round."""
        names = [card.name for card in self._channels.all()]
        busy = self._archive.busy_within(ROUND_S)
        quiet = [name for name in names if name not in busy]
        behind = [name for name in quiet if name.lower() > self._last_visited]
        turn = (behind + quiet)[: min(ceil(len(quiet) * EVERY_S / ROUND_S), len(quiet))]
        if turn:
            self._last_visited = turn[-1].lower()
        return [*(name for name in names if name in busy), *turn]

    async def _visit(self, names: Sequence[str]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def visit(name: str) -> None:
            async with gate:
                try:
                    await self.channel(name)
                except Exception as error:  # noqa: BLE001  one channel must not keep the others waiting
                    _stumbled(error)

        await asyncio.gather(*map(visit, names))

    async def channel(self, name: str) -> None:
        """Repair one channel: one short range, and the rows that need it."""
        channel_log = self._archive.channel(name)
        since = time.monotonic()
        waiting = await channel_log.open_jobs()
        self._waiting[name] = tuple(opened for opened, _ in waiting)
        self._asked.swept(name, self._waiting[name], since)
        for opened, etag in waiting:
            if now_ms() > opened.deadline_at:
                if await channel_log.commit(partial(_expire, opened=opened)):
                    self.expired += 1
            elif self._is_due(opened, await channel_log.stored(opened.comment_id)):
                await self._again(channel_log, opened, etag)

    def _is_due(self, opened: OpenJob, placeholder: Stored | None) -> bool:
        silent_ms = now_ms() - opened.touched_at
        if not opened.queued:
            return silent_ms > UNQUEUED_AFTER_MS
        if placeholder is None or silent_ms < SILENT_AFTER_MS * 2**opened.requeue:
            return False
        bot = placeholder.message.sender
        return any(status.awake for status in self._bots.statuses() if status.card.name == bot)

    async def _again(self, channel_log: ChannelLog, opened: OpenJob, etag: str) -> None:
        placeholder = await channel_log.stored(opened.comment_id)
        if placeholder is None:
            return
        mine = opened.model_copy(
            update={"touched_at": now_ms(), "requeue": opened.requeue + opened.queued, "queued": False}
        )
        if await channel_log.touch(mine, etag):
            log.info("job %s of %s is queued again", opened.job_id, opened.channel)
            await self._ask(channel_log, placeholder, mine)


def _stumbled(error: Exception) -> None:
    if not (is_unavailable(error) or isinstance(error, StorageUnavailableError)):
        log.error("the sweep stumbled", exc_info=error)


async def _expire(draft: Draft, opened: OpenJob) -> bool:
    """Whether it is this that ended it."""
    before = await draft.stored(opened.comment_id)
    if before is None or not before.message.is_thinking or before.job_id != opened.job_id:
        return False
    draft.put(unanswered(before, EXPIRED), before)
    draft.close(opened.comment_id)
    return True
