"""How a bot begins to speak without being asked: a placeholder and a job, as for an answer that somebody wants."""

import logging

from contracts.bots import BotCard
from contracts.calls import ChannelCard
from contracts.names import input_queue
from contracts.storage import Storage
from hub.clock import now_ms
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import OpenJob, Posting, Stored, client_key
from hub.talk.placeholders import Place, Placeholders
from hub.talk.sweep import Sweep
from hub.watching.depths import depth_of

log = logging.getLogger(__name__)

# More waits than the engines have just begun with.
LONG_QUEUE = 2


class Speech:
    """`is_free` tells whether a bot may speak, the others let it."""

    def __init__(self, storage: Storage, sweep: Sweep, placeholders: Placeholders) -> None:
        self._storage = storage
        self._sweep = sweep
        self._placeholders = placeholders

    async def is_free(self, channel_log: ChannelLog, bot: BotCard) -> bool:
        """Whether nobody waits for the engines of this bot, whatever the channel, and the bots here are silent."""
        here = [opened for opened, _ in await channel_log.open_jobs()]
        if any(opened.pool == bot.pool for opened in (*here, *self._sweep.waiting)):
            return False
        return (await depth_of(self._storage, input_queue(bot.pool))).messages <= LONG_QUEUE

    async def answer(self, channel_log: ChannelLog, bot: BotCard, comment_id: int) -> None:
        """One answer of a bot to a message, ever; none to what was deleted meanwhile."""
        spoken = await channel_log.commit(lambda draft: self._write_answer(draft, bot, comment_id))
        if spoken is not None:
            await self._ask(channel_log, *spoken)

    async def post(self, channel_log: ChannelLog, bot: BotCard, card: ChannelCard) -> None:
        """A post of the bot's own, under the channel's usual topic until it has found a title."""
        place = Place(card.name, card.default_topic, None)
        await self._ask(channel_log, *await channel_log.commit(lambda draft: self._write_post(draft, bot, place)))

    async def _write_answer(self, draft: Draft, bot: BotCard, comment_id: int) -> tuple[Stored, OpenJob] | None:
        # No person's client id has a space.
        key = client_key(bot.name, f"chatter {comment_id}")
        question = await draft.stored(comment_id)
        if question is None or question.message.deleted_at is not None or question.message.is_thinking:
            return None
        if await draft.posting(key) is not None:
            return None
        place = Place(draft.channel, question.message.topic, comment_id)
        placeholder, job = self._placeholders.put_chatter(draft, place, bot, at=now_ms())
        draft.claim(key, Posting(comment_id=comment_id, answers=(job.comment_id,)))
        return placeholder, job

    async def _write_post(self, draft: Draft, bot: BotCard, place: Place) -> tuple[Stored, OpenJob]:
        return self._placeholders.put_chatter(draft, place, bot, at=now_ms())

    async def _ask(self, channel_log: ChannelLog, placeholder: Stored, job: OpenJob) -> None:
        log.info("%s speaks in %s without being asked", placeholder.message.sender, channel_log.channel)
        await self._placeholders.ask(channel_log, placeholder, job)
