"""A message as a bot sees it that may want to answer."""

import random
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from contracts.bots import BotCard
from contracts.message import Message
from hub.chatter.row import Planned
from hub.chatter.rules import Considered, Level, Rules, chance
from hub.log.channel_log import ChannelLog
from hub.talk.dispatch import MENTION

# Deeper threads count as that deep; no chain that the rules allow is longer.
MOST_ABOVE: Final = 20


async def above(log: ChannelLog, message: Message) -> list[Message]:
    """The messages above one, the nearest first."""
    found: list[Message] = []
    parent_id = message.parent_id
    while parent_id is not None and len(found) < MOST_ABOVE:
        parent = await log.stored(parent_id)
        if parent is None:
            break
        found.append(parent.message)
        parent_id = parent.message.parent_id
    return found


def wish(
    rules: Rules, level: Level, bot: BotCard, message: Message, ancestors: Sequence[Message], now: int
) -> Planned | None:
    """The bot's answer to a message, if it wants to give one. `now` in ms since 1970.

    The draw depends on the message and the bot alone, so that every hub makes the same one, however often.
    """
    draw = random.Random(f"{message.comment_id} {bot.name}")
    if draw.random() >= chance(rules, level, _seen_by(bot, message, ancestors, now)):
        return None
    # Squared: most answers come soon, some late.
    span_s = max(0.0, level.longest_delay_s - level.shortest_delay_s)
    delay_s = level.shortest_delay_s + span_s * draw.random() ** 2
    return Planned(comment_id=message.comment_id, bot=bot.name, due_at=now + round(delay_s * 1000))


def _seen_by(bot: BotCard, message: Message, ancestors: Sequence[Message], now: int) -> Considered:
    upwards = [message, *ancestors]
    return Considered(
        by_bot=message.is_bot,
        mentions_it=bot.name.casefold() in {name.casefold() for name in MENTION.findall(message.text)},
        is_question="?" in message.text,
        is_post=not ancestors,
        answers_it=any(_is_by(bot, one) for one in ancestors[:1]),
        under_its_post=any(_is_by(bot, one) for one in ancestors[-1:]),
        depth=len(ancestors),
        chain=sum(1 for _ in takewhile(lambda one: one.is_bot, upwards)),
        age_s=max(0, now - message.sent_at) / 1000,
    )


def _is_by(bot: BotCard, message: Message) -> bool:
    return message.is_bot and message.sender == bot.name
