"""Stopping an answer: the placeholder ends at once with what it has; a marker blob saves the engine the rest."""

import logging

from azure.core.exceptions import ResourceExistsError

from contracts.message import MessageError
from contracts.names import CANCELS_CONTAINER
from contracts.storage import Storage
from hub.errors import ForbiddenError, NotFoundError
from hub.log.channel_log import ChannelLog
from hub.log.draft import Draft
from hub.log.rows import Stored
from hub.people import Person

log = logging.getLogger(__name__)

STOPPED = MessageError(code="stopped", message="Stopped.")


async def stop(
    storage: Storage, channel_log: ChannelLog, comment_id: int, person: Person, *, moderates: bool = False
) -> None:
    """End a placeholder. Who asked may, and a moderator; one that has ended stays as it is. Raises HubError."""
    job_id = await channel_log.commit(lambda draft: _close(draft, comment_id, person, moderates))
    if job_id is not None:
        await call_off(storage, job_id)


async def call_off(storage: Storage, job_id: str) -> None:
    """Tell the engines that nobody waits for a job any more."""
    blob = storage.blobs.get_blob_client(CANCELS_CONTAINER, job_id)
    try:
        await blob.upload_blob(b"")
    except ResourceExistsError:
        return
    except Exception:  # the answer is dropped anyway; only the card's time is lost
        log.warning("job %s could not be marked as cancelled", job_id, exc_info=True)


def end(draft: Draft, placeholder: Stored) -> str | None:
    """End a placeholder with what it has. The job that nobody waits for any more."""
    message = placeholder.message.model_copy(update={"is_thinking": False, "progress": None, "error": STOPPED})
    draft.put(placeholder.model_copy(update={"message": message}), placeholder)
    draft.close(message.comment_id)
    return placeholder.job_id


async def _close(draft: Draft, comment_id: int, person: Person, moderates: bool) -> str | None:
    before = await draft.stored(comment_id)
    if before is None or before.job_id is None or before.message.parent_id is None:
        raise NotFoundError("There is no such answer in this channel.")
    question = await draft.stored(before.message.parent_id)
    if not moderates and (question is None or not person.wrote(question.message)):
        raise ForbiddenError("Only the person who asked can stop an answer.")
    return end(draft, before) if before.message.is_thinking else None
