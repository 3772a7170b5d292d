"""What an event does to a placeholder: only forward, and nothing after the end."""

import logging
from typing import Any, assert_never

from contracts.events import AnyJobEvent, Failed, Finished, Progress, Started
from contracts.message import MessageError
from hub.clock import now_ms
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.talk.forgetting import quotes_what_is_gone

log = logging.getLogger(__name__)


def applied(stored: Stored, event: AnyJobEvent) -> Stored | None:
    """The message after the event; None when the event is late, repeated, or of another job.

    A terminal event ends the placeholder whatever its `seq`: an answer is an answer, also from an earlier attempt.
    """
    if stored.job_id != event.job_id or not stored.message.is_thinking:
        return None
    change: dict[str, Any]
    match event:
        case Started():
            return None  # the placeholder thinks already
        case Progress():
            change = {"text": event.text, "progress": event.picture}
        case Finished():
            change = {
                "text": event.text,
                "images": event.images,
                "prompt": event.prompt,
                "parameters": event.parameters,
                "usage": event.usage,
                "is_thinking": False,
                "progress": None,
            }
            if event.topic and stored.message.parent_id is None:
                change["topic"] = event.topic
        case Failed():
            return unanswered(stored, MessageError(code=event.code, message=event.message))
        case _:
            assert_never(event)
    if event.seq <= stored.seq and not isinstance(event, Finished | Failed):
        return None
    message = stored.message.model_copy(update=change)
    return stored.model_copy(update={"message": message, "seq": max(event.seq, stored.seq)})


def unanswered(stored: Stored, error: MessageError) -> Stored:
    """A placeholder that ends with what it has. What nobody asked for goes without a word."""
    change: dict[str, Any] = {"error": error, "is_thinking": False, "progress": None}
    if stored.is_chatter:
        change |= {"text": "", "deleted_at": now_ms()}
    return stored.model_copy(update={"message": stored.message.model_copy(update=change)})


async def take(draft: Draft, event: AnyJobEvent, again: bool) -> Stored | None:
    """Apply an event to the table. `again`: it was read before, so tell what it led to once more.

    What it changed, as that was before; None when it changed nothing.
    """
    before = await draft.stored(event.comment_id)
    if before is None:
        return None
    after = applied(before, event)
    if after is None:
        if again and before.job_id == event.job_id:
            draft.echo(before.message)
        return None
    if after.message.prompt is not None and await quotes_what_is_gone(draft, after):
        after = after.model_copy(update={"message": after.message.model_copy(update={"prompt": None})})
    draft.put(after, before)
    if not after.message.is_thinking:
        draft.close(event.comment_id)
        log.info("job %s of %s has %s", event.job_id, event.channel, event.kind)
    return before
