"""Words that were deleted or changed are forgotten where bots were given them: in the prompts beneath."""

from collections import defaultdict
from functools import partial

from hub.ids import CLOCKS_DIFFER_MS, earlier
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.people import DELETED
from hub.talk.dispatch import MOST_ANCESTORS

# A prompt holds at most so many ancestors; those that were still thinking when it was made are not among them.
FAR_ENOUGH = 2 * MOST_ANCESTORS


async def quotes_what_is_gone(draft: Draft, answer: Stored) -> bool:
    """Whether an ancestor or its author was deleted, or it was changed since: the prompt may hold what is gone."""
    message = answer.message
    for _ in range(FAR_ENOUGH):
        found = await draft.stored(message.parent_id) if message.parent_id is not None else None
        if found is None:
            return False
        message = found.message
        is_changed = message.edited_at is not None and message.revision > answer.born
        if message.deleted_at is not None or message.sender == DELETED or is_changed:
            return True
    return False


async def forget_prompts(channel_log: ChannelLog, comment_id: int) -> None:
    """Drop the prompts of all answers beneath a message; they hold its words.

    Nothing leads from a message to its answers, so everything newer is read, and what another hub's slower clock may
    have put before it.
    """
    answers, prompted = defaultdict[int, list[int]](list), set[int]()
    async for one in channel_log.newer_than(earlier(comment_id, CLOCKS_DIFFER_MS)):
        if one.message.parent_id is not None:
            answers[one.message.parent_id].append(one.message.comment_id)
        if one.message.prompt is not None:
            prompted.add(one.message.comment_id)
    beneath = [comment_id]
    for above in beneath:
        beneath += answers[above]
        if above in prompted:
            await channel_log.commit(partial(_without_prompt, comment_id=above))


async def _without_prompt(draft: Draft, comment_id: int) -> None:
    before = await draft.stored(comment_id)
    if before is not None and before.message.prompt is not None:
        message = before.message.model_copy(update={"prompt": None})
        draft.put(before.model_copy(update={"message": message}), before)
