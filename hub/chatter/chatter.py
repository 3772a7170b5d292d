"""Bots that talk without being asked: what they answer, when they post, and that people always come first."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.bots import POSTING_KINDS, BotCard, BotKind
from contracts.calls import ChannelCard
from contracts.message import Message
from contracts.storage import is_unavailable
from hub.bots import Bots
from hub.chatter.row import Planned, Talk, TalkRows
from hub.chatter.rules import Level, Rules
from hub.chatter.seen import above, wish
from hub.chatter.speech import Speech
from hub.clock import now_ms
from hub.errors import StorageUnavailableError
from hub.log.archive import Archive
from hub.log.channel_log import ChannelLog
from hub.rooms.channels import Channels
from hub.talk.dispatch import is_allowed

log = logging.getLogger(__name__)

EVERY_S = 3.0
# What lies further back is too old to be spoken to.
WINDOW: Final = 100
# An answer that could not be given by then, because people were served or its bot slept, is not given any more.
STALE_AFTER_MS: Final = 600_000
MOST_PLANNED: Final = 50
DAY_MS: Final = 86_400_000
# The others answer with pictures, or about them.
TALKERS: Final[frozenset[BotKind]] = frozenset({"gpt2", "chat", "remote", "echo"})


@dataclass(frozen=True)
class Round:
    """A channel at one moment; `talkers` are its bots that are awake."""

    card: ChannelCard
    level: Level
    log: ChannelLog
    messages: Sequence[Message]
    revision: int
    talkers: tuple[BotCard, ...]
    now: int

    def bot(self, name: str) -> BotCard:
        return next(bot for bot in self.talkers if bot.name == name)


class Chatter:
    """Runs on each hub; whoever replaces the channel's row acts, and a crash after that costs one remark."""

    def __init__(
        self, rules: Rules, rows: TalkRows, archive: Archive, channels: Channels, bots: Bots, speech: Speech
    ) -> None:
        self._rules = rules
        self._rows = rows
        self._archive = archive
        self._channels = channels
        self._bots = bots
        self._speech = speech

    async def run(self) -> None:
        """For ever; nothing but cancellation ends it."""
        while True:
            for card in self._channels.all():
                level = self._rules.level(card.chatter)
                if level is not None and not card.archived:
                    await self._try(card, level)
            await asyncio.sleep(EVERY_S)

    async def _try(self, card: ChannelCard, level: Level) -> None:
        try:
            await self.channel(card, level)
        except Exception as error:
            if not (is_unavailable(error) or isinstance(error, StorageUnavailableError)):
                log.exception("the chatter in %s stumbled", card.name)

    async def channel(self, card: ChannelCard, level: Level) -> None:
        """Consider what is new, and let one bot speak if its time has come."""
        channel_log = self._archive.channel(card.name)
        talk, etag = await self._rows.read(card.name)
        messages, _, revision = await channel_log.newest(WINDOW)
        now = now_ms()
        if talk is None or talk.revision > revision:
            # What was said before the bots were let loose is none of their business; nor is what was planned in a
            # channel of this name that is gone.
            first = Talk(revision=revision, next_post_at=now + _pause_ms(card, level, now))
            await self._rows.replace(card.name, first, etag)
            return
        around = Round(card, level, channel_log, messages, revision, self._talkers(card, messages), now)
        planned = await self._planned(around, talk)
        due = await self._due(around, talk, planned)
        poster = await self._poster(around, talk) if due is None else None
        spoken = talk.spoken_within_hour(now)
        changed = Talk(
            revision=revision,
            planned=tuple(one for one in planned if one is not due),
            spoken_at=(*spoken, now) if due or poster else spoken,
            next_post_at=now + _pause_ms(card, level, now) if poster else talk.next_post_at,
        )
        if changed == talk or not await self._rows.replace(card.name, changed, etag):
            return
        if due is not None:
            await self._speech.answer(channel_log, around.bot(due.bot), due.comment_id)
        elif poster is not None:
            await self._speech.post(channel_log, poster, card)

    def _talkers(self, card: ChannelCard, messages: Sequence[Message]) -> tuple[BotCard, ...]:
        """The bots that are at home in a channel, or were called into it, and are awake."""
        seen = {message.sender for message in messages if message.is_bot}
        awake = [status.card for status in self._bots.statuses() if status.awake and status.card.kind in TALKERS]
        at_home = (bot for bot in awake if bot.name in seen or bot.name == card.bot or bot.subreddit == card.name)
        return tuple(bot for bot in at_home if is_allowed(bot.name, card))

    async def _planned(self, around: Round, talk: Talk) -> list[Planned]:
        """What was planned and is not stale, and what the bots make of the news."""
        planned = [one for one in talk.planned if one.due_at > around.now - STALE_AFTER_MS]
        held = {(one.comment_id, one.bot) for one in planned}
        answered = {(one.parent_id, one.sender) for one in around.messages if one.is_bot}
        asked = {parent_id for parent_id, _ in answered}
        for message in around.messages:
            if message.revision <= talk.revision or not _is_said(message):
                continue
            if not message.is_bot and message.comment_id in asked:
                continue
            ancestors = await above(around.log, message)
            for bot in around.talkers:
                pair = (message.comment_id, bot.name)
                if (message.is_bot and message.sender == bot.name) or pair in answered | held:
                    continue
                new = wish(self._rules, around.level, bot, message, ancestors, around.now)
                planned += [new] if new is not None else []
        return planned[:MOST_PLANNED]

    async def _due(self, around: Round, talk: Talk, planned: Sequence[Planned]) -> Planned | None:
        """The answer whose time came first, if it may be given now."""
        awake = {bot.name for bot in around.talkers}
        due = min(
            (one for one in planned if one.due_at <= around.now and one.bot in awake),
            key=lambda one: one.due_at,
            default=None,
        )
        if due is None or not await self._may_speak(around, talk, around.bot(due.bot)):
            return None
        return due

    async def _poster(self, around: Round, talk: Talk) -> BotCard | None:
        """The channel's own bot, if it is time for a post."""
        if around.now < talk.next_post_at or not around.level.posts_a_day:
            return None
        own = next((bot for bot in around.talkers if bot.name == around.card.bot and bot.kind in POSTING_KINDS), None)
        return own if own is not None and await self._may_speak(around, talk, own) else None

    async def _may_speak(self, around: Round, talk: Talk, bot: BotCard) -> bool:
        """Within the hour's budget, one after the other, and only while nobody waits."""
        is_within_budget = len(talk.spoken_within_hour(around.now)) < around.level.remarks_an_hour
        return is_within_budget and await self._speech.is_free(around.log, bot)


def _is_said(message: Message) -> bool:
    """Whether there is something to answer: whole, not deleted, no failure, and no other answer beside a first one."""
    is_whole = bool(message.text) and not message.is_thinking and message.deleted_at is None
    return is_whole and message.error is None and message.alternative_of is None


def _pause_ms(card: ChannelCard, level: Level, now: int) -> int:
    """Until the next post: on average the day divided by their number, and never like clockwork."""
    if not level.posts_a_day:
        return DAY_MS
    return round(DAY_MS / level.posts_a_day * random.Random(f"{card.name} {now}").uniform(0.5, 1.5))
