"""Decides of each job that was taken whether it can begin, and in which lane."""

import math
import time
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.bots import POSTING_KINDS
from contracts.jobs import MAX_ATTEMPTS, Job
from engine.answers import Fetch
from engine.bots import Bot
from engine.failures import ExpiredError, GivenUpError, NoPostsError, NotNowError, UnknownBotError
from engine.kinds import KINDS, LaneName
from engine.lanes import Lane
from engine.run import Run
from engine.turns import Rank

# What found no room is out of everybody's sight for at most so long.
LONGEST_SENT_BACK_S: Final = 5


class Admission:
    """The bots and the lanes."""

    def __init__(self, bots: Iterable[Bot], lanes: Mapping[LaneName, Lane], fetch: Fetch) -> None:
        self._bots = {bot.name.casefold(): bot for bot in bots}
        self._lanes = lanes
        self._fetch = fetch
        self.is_closed = False

    @property
    def room(self) -> int:
        """How many jobs may be taken now."""
        return 0 if self.is_closed else sum(lane.room for lane in self._lanes.values())

    @property
    def is_hogged(self) -> bool:
        """Whether jobs of other channels may wait behind those of one that fills a lane."""
        return not self.is_closed and any(lane.is_hogged for lane in self._lanes.values())

    def begin(self, job: Job, attempts: int) -> Run:
        """Starts the job in its lane. Raises JobError when it has to fail, NotNowError when it has to go back."""
        if self.is_closed:
            raise NotNowError("the engine leaves")
        if attempts >= MAX_ATTEMPTS:
            raise GivenUpError(f"failed {attempts} times, or took its engine with it")
        bot = self._bots.get(job.bot.casefold())
        if bot is None:
            raise UnknownBotError(job.bot)
        if job.deadline_at < time.time_ns() // 1_000_000:
            raise ExpiredError(f"deadline {job.deadline_at}")
        if job.is_post and bot.kind not in POSTING_KINDS:
            raise NoPostsError(f"a bot of kind {bot.kind}")
        lane = self._lanes[KINDS[bot.kind].lane]
        if not lane.has_room_for(job.channel):
            raise NotNowError("no room", wait_s=min(math.ceil(lane.wait_s), LONGEST_SENT_BACK_S))
        run = Run(bot, job.channel, _rank(bot, job), lambda model: model.answer(bot, job, self._fetch), attempts > 0)
        return lane.start(run)


def _rank(bot: Bot, job: Job) -> Rank:
    if job.is_chatter or (job.thread and job.thread[-1].is_bot):
        return Rank.BOT
    return Rank.PICTURE if KINDS[bot.kind].lane == "picture" else Rank.PERSON
