"""Deleting a message: its row keeps its place in the thread and loses its words, also where bots were given them."""

import logging
from functools import partial

from contracts.message import Message
from contracts.storage import Storage
from hub.clock import now_ms
from hub.errors import ForbiddenError, NotFoundError
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.people import Person
from hub.pictures.book import PictureBook
from hub.talk.choosing import show_another
from hub.talk.forgetting import forget_prompts
from hub.talk.stopping import call_off, end

log = logging.getLogger(__name__)

# What a message says, or what it was made from; who wrote when, where and in answer to what stays.
WORDS = {
    "text": "",
    "mentions": (),
    "images": (),
    "prompt": None,
    "parameters": None,
    "usage": None,
    "error": None,
    "progress": None,
    "is_thinking": False,
}


async def delete(
    storage: Storage,
    pictures: PictureBook,
    channel_log: ChannelLog,
    comment_id: int,
    person: Person,
    *,
    moderates: bool = False,
) -> None:
    """Delete a message of one's own, or a bot's answer to one; a moderator deletes any. Raises HubError.

    Again after a failure it finishes what is left to do.
    """
    standing = await channel_log.stored(comment_id)
    if standing is not None:
        await pictures.doubt(standing.message.images)
    before = await channel_log.commit(lambda draft: _erase(draft, comment_id, person, moderates))
    if before.message.is_thinking and before.job_id is not None:
        await call_off(storage, before.job_id)
    await pictures.withdrawn(before.message.images, channel_log.channel, comment_id)
    await _stop_answers(storage, channel_log, comment_id)
    await forget_prompts(channel_log, comment_id)


async def _erase(draft: Draft, comment_id: int, person: Person, moderates: bool) -> Stored:
    """The message as it stood before."""
    before = await draft.stored(comment_id)
    if before is None:
        raise NotFoundError("There is no such message in this channel.")
    if not moderates and not await _is_own(draft, before.message, person):
        raise ForbiddenError("Only one's own messages, and the bots' answers to them, can be deleted.")
    if before.message.deleted_at is not None:
        return before
    if before.message.is_thinking:
        draft.close(comment_id)
    erased = before.message.model_copy(update={**WORDS, "deleted_at": now_ms()})
    draft.put(before.model_copy(update={"message": erased}), before)
    if erased.is_bot:
        await show_another(draft, before)
    return before


async def _is_own(draft: Draft, message: Message, person: Person) -> bool:
    if not message.is_bot:
        return person.wrote(message)
    question = await draft.stored(message.parent_id) if message.parent_id is not None else None
    return question is not None and person.wrote(question.message)


async def _stop_answers(storage: Storage, channel_log: ChannelLog, comment_id: int) -> None:
    """End the answers that are being made to a deleted message, one by one: a transaction does not hold them all."""
    for opened, _ in await channel_log.open_jobs():
        answer = await channel_log.stored(opened.comment_id)
        if answer is not None and answer.message.parent_id == comment_id:
            job_id = await channel_log.commit(partial(_end, comment_id=opened.comment_id))
            if job_id is not None:
                await call_off(storage, job_id)


async def _end(draft: Draft, comment_id: int) -> str | None:
    answer = await draft.stored(comment_id)
    return end(draft, answer) if answer is not None and answer.message.is_thinking else None
