"""Which of several answers is shown: the newest, until somebody chooses."""

from contracts.calls import Changed, ChooseAnswer
from contracts.message import Message
from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.people import Person


async def choose(channel_log: ChannelLog, call: ChooseAnswer, person: Person, *, moderates: bool) -> Changed:
    """Show one of the answers. Who asked may choose, and a moderator. Raises HubError. Gives the first of them."""
    return Changed(message=await channel_log.commit(lambda draft: _choose(draft, call.comment_id, person, moderates)))


async def show_another(draft: Draft, gone: Stored) -> None:
    """The shown answer was deleted: the newest of the others is shown instead."""
    first = await draft.stored(gone.message.alternative_of or gone.message.comment_id)
    if first is None or first.message.shown != gone.message.comment_id:
        return
    for comment_id in (*reversed(first.alternatives), first.message.comment_id):
        other = await draft.stored(comment_id)
        if other is not None and other.message.deleted_at is None:
            _show(draft, first, comment_id)
            return


async def _choose(draft: Draft, comment_id: int, person: Person, moderates: bool) -> Message:
    answer = await draft.stored(comment_id)
    if answer is None or not answer.message.is_bot or answer.message.parent_id is None:
        raise NotFoundError("There is no such answer in this channel.")
    question = await draft.stored(answer.message.parent_id)
    if not moderates and (question is None or not person.wrote(question.message)):
        raise ForbiddenError("Only the person who asked can choose an answer.")
    if answer.message.deleted_at is not None:
        raise ConflictError("This answer was deleted.")
    first = await draft.stored(answer.message.alternative_of or comment_id)
    if first is None:
        raise NotFoundError("There is no such answer in this channel.")
    return first.message if first.message.shown == comment_id else _show(draft, first, comment_id)


def _show(draft: Draft, first: Stored, comment_id: int) -> Message:
    shown = first.message.model_copy(update={"shown": comment_id})
    return draft.put(first.model_copy(update={"message": shown}), first)
