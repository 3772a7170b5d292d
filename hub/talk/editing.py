"""Changing the words of a message: its author's right alone."""

from contracts.calls import Changed, EditMessage
from contracts.message import Message
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Posting, client_key
from hub.people import Person
from hub.talk.dispatch import mentioned_names
from hub.talk.forgetting import forget_prompts
from hub.talk.posting import checked_text, repeated


async def edit(channel_log: ChannelLog, call: EditMessage, person: Person) -> Changed:
    """Change a message of one's own. Raises HubError. Again after a failure it finishes what is left to do.

    No bot is asked again and nobody is called: who is no longer named in the text is no longer mentioned.
    """
    text = checked_text(call.text)
    message = await channel_log.commit(lambda draft: _change(draft, call, text, person))
    await forget_prompts(channel_log, call.comment_id)
    return Changed(message=message)


async def _change(draft: Draft, call: EditMessage, text: str, person: Person) -> Message:
    # No client id of a post has a space: one that is used for both is not taken for the other.
    key = client_key(person.name, f"edit {call.client_id}") if call.client_id is not None else None
    earlier = await draft.posting(key) if key is not None else None
    if earlier is not None:
        return (await repeated(draft, earlier)).message
    before = await draft.stored(call.comment_id)
    if before is None:
        raise NotFoundError("There is no such message in this channel.")
    message = before.message
    if not person.wrote(message):
        raise ForbiddenError("Only the author can change the words of a message.")
    if message.deleted_at is not None:
        raise ConflictError("This message was deleted.")
    if call.revision is not None and call.revision < message.revision and text != message.text:
        raise ConflictError("This message has changed since you saw it; look at it again.")
    if text != message.text:
        still = {name.lower() for name in mentioned_names(text)}
        mentions = tuple(name for name in message.mentions if name.lower() in still)
        changed = message.model_copy(update={"text": text, "edited_at": now_ms(), "mentions": mentions})
        message = draft.put(before.model_copy(update={"message": changed}), before)
    if key is not None:
        draft.claim(key, Posting(comment_id=message.comment_id, answers=()))
    return message
