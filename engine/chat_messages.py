"""A thread as the messages that chat models know, each by the system, a user or the assistant."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from contracts.jobs import Job, Turn
from contracts.wire import PictureName
from engine.bots import Bot
from engine.failures import BadRequestError


@dataclass(frozen=True)
class ChatMessage:
    """`images` are the pictures that it carries."""

    role: Literal["system", "user", "assistant"]
    text: str
    images: tuple[PictureName, ...] = ()


def chat_messages(bot: Bot, job: Job) -> list[ChatMessage]:
    """What the bot is told of itself, then user and assistant in turns; the user speaks first and last.

    Models know one user: where several people speak, each text begins with its author's name.
    """
    # The bot may be asked about its own words: whatever is answered is the user's.
    *before, asked = job.thread
    asked = asked.model_copy(update={"text": job.request or job.title, "is_bot": False})
    turns = [turn for turn in (*before, asked) if turn.text or turn.images]
    several = len({turn.author for turn in turns if not _is_own(turn, bot)}) > 1
    thread = _merged(_message(turn, bot, several) for turn in turns)
    if thread[0].role == "assistant":
        thread.insert(0, ChatMessage("user", job.title))
    return [ChatMessage("system", bot.system), *thread] if bot.system else thread


def shorter(messages: list[ChatMessage], excess: int, cut: Callable[[str, int], str]) -> list[ChatMessage]:
    """Without the oldest question and its answer; where only the last question is left, without its beginning.

    `cut` takes so many tokens from the beginning of a text. Raises BadRequestError where nothing is left to be cut.
    """
    system = [message for message in messages if message.role == "system"]
    thread = messages[len(system) :]
    if len(thread) > 1:
        return [*system, *thread[2:]]
    text = cut(thread[0].text, excess)
    if len(text) >= len(thread[0].text):
        raise BadRequestError(f"{excess} tokens too many", sentence="This is too much for me. Please send less.")
    return [*system, replace(thread[0], text=text)]


def without_marks(messages: list[ChatMessage], marks: Collection[str]) -> list[ChatMessage]:
    """Else who writes a template's own marks could speak for the system or for the bot."""
    pattern = re.compile("|".join(map(re.escape, sorted(marks, key=len, reverse=True))) or "(?!)")
    return [replace(message, text=_emptied(message.text, pattern)) for message in messages]


def without_system(messages: list[ChatMessage]) -> list[ChatMessage]:
    """For templates that know no system: the user says it first."""
    system, first, *rest = messages
    return [replace(first, text=f"{system.text}\n\n{first.text}"), *rest]


def _message(turn: Turn, bot: Bot, is_named: bool) -> ChatMessage:
    if _is_own(turn, bot):
        return ChatMessage("assistant", turn.text, turn.images)
    return ChatMessage("user", f"{turn.author}: {turn.text}" if is_named else turn.text, turn.images)


def _emptied(text: str, pattern: re.Pattern[str]) -> str:
    """Until none is left, for what stood around a mark may be another."""
    found = 1
    while found:
        text, found = pattern.subn("", text)
    return text


def _is_own(turn: Turn, bot: Bot) -> bool:
    return turn.is_bot and turn.author.casefold() == bot.name.casefold()


def _merged(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    """Chat templates refuse two messages of one role in a row."""
    merged = []
    for _, group in groupby(messages, key=lambda message: message.role):
        first, *others = group
        text = "\n\n".join(message.text for message in (first, *others) if message.text)
        images = tuple(name for message in (first, *others) for name in message.images)
        merged.append(replace(first, text=text, images=images))
    return merged
