"""Which bots answer a message, and the jobs that ask them."""

import re
import uuid
from collections.abc import Callable

from contracts.bots import BotCard
from contracts.calls import ChannelCard
from contracts.jobs import Job, Turn
from contracts.message import Message, Parameters
from hub.errors import ForbiddenError, UnknownBotError
from hub.log.channel_log import ChannelLog
from hub.log.rows import OpenJob, Stored

MENTION = re.compile(r"(?<![\w@/.])@([A-Za-z0-9][A-Za-z0-9_-]{1,31})")
# So that one message cannot occupy the card for an hour.
MOST_BOTS = 4
# The window of a GPT-2 holds about this many short messages.
MOST_ANCESTORS = 12

Find = Callable[[str], BotCard | None]


def answering(text: str, chosen: str | None, channel: ChannelCard, find: Find) -> tuple[BotCard, ...]:
    """Each bot that is mentioned, else the one that was chosen, else the channel's own; of those that it allows.

    Raises UnknownBotError, or ForbiddenError for a chosen one that does not answer here.
    """
    mentioned = {card.name: card for name in mentioned_names(text) if (card := find(name)) is not None}
    if mentioned:
        return tuple(card for name, card in mentioned.items() if is_allowed(name, channel))[:MOST_BOTS]
    if chosen is not None:
        card = find(chosen)
        if card is None:
            raise UnknownBotError(f"There is no bot called {chosen}.")
        if not is_allowed(card.name, channel):
            raise ForbiddenError(f"{card.name} does not answer in this channel.")
        return (card,)
    card = find(channel.bot) if channel.bot is not None else None
    return (card,) if card is not None and is_allowed(card.name, channel) else ()


def mentioned_names(text: str) -> tuple[str, ...]:
    """What the text calls by `@Name`, in its order, each once; of people, of bots, or of nobody."""
    return tuple({name.lower(): name for name in MENTION.findall(text)}.values())


def is_allowed(bot: str, channel: ChannelCard) -> bool:
    """Whether a bot may answer in a channel."""
    return channel.bots is None or bot.lower() in {name.lower() for name in channel.bots}


def new_job_id() -> str:
    return uuid.uuid4().hex


async def job_for(log: ChannelLog, placeholder: Stored, opened: OpenJob) -> Job | None:
    """The job that fills a placeholder, made from the table alone, so that the sweep can make it again.

    None when what is to be answered is gone.
    """
    message = placeholder.message
    thread = await _thread(log, message)
    if not thread and message.parent_id is not None:
        return None
    return Job(
        job_id=opened.job_id,
        channel=message.channel,
        comment_id=message.comment_id,
        bot=message.sender,
        pool=opened.pool,
        title=message.topic if thread else "",
        thread=tuple(_turn(said) for said in thread),
        parameters=message.parameters or Parameters(),
        asked_at=message.sent_at,
        deadline_at=opened.deadline_at,
        requeue=opened.requeue,
        is_chatter=placeholder.is_chatter,
    )


def _turn(said: Message) -> Turn:
    images = tuple(image.name for image in said.images)
    return Turn(author=said.sender, text=said.text, is_bot=said.is_bot, images=images)


async def _thread(log: ChannelLog, placeholder: Message) -> list[Message]:
    """From the root to the message that is answered; the oldest are left out when there are too many."""
    thread: list[Message] = []
    parent_id = placeholder.parent_id
    while parent_id is not None and len(thread) < MOST_ANCESTORS:
        parent = await log.stored(parent_id)
        if parent is None:
            break
        if not parent.message.is_thinking and parent.message.deleted_at is None:
            thread.append(parent.message)
        parent_id = parent.message.parent_id
    return thread[::-1]
