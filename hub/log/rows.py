"""The rows of a channel's partition: messages, the index of changes, open jobs, client ids, and the head.

| row key                   | what it is                                                                       |
| `0123…` (16 digits)       | a message; the inverted comment id, so that the newest come first                |
| `change!` + revision      | one for each message: which message has this revision, so that a client catches up |
| `open!` + comment id      | a placeholder that waits for its answer                                          |
| `client!` + hash          | a client id that was used, and the messages it made                              |
| `head`                    | the channel's revision; each transaction replaces it under its ETag              |
"""

import hashlib
from typing import Annotated, Any

from pydantic import Field

from contracts.jobs import JobId, Pool
from contracts.message import Message
from contracts.wire import LARGEST_ID, LEFT_OUT_IF_UNSET, CommentId, Milliseconds, Revision, Wire
from hub.log.tables import from_chunks, to_chunks

HEAD_KEY = "head"
# Message keys are digits; ':' is the character after '9'.
FIRST_MESSAGE_KEY = "0"
END_OF_MESSAGES = ":"
CHANGE_PREFIX = "change!"
OPEN_PREFIX = "open!"
# The character after '!', for ranges over a prefix.
AFTER_BANG = '"'

Row = dict[str, Any]


class Stored(Wire):
    """A message as its row holds it: with the job that answers it and the last event that changed it.

    `alternatives` are the later answers to the same question, in the row of the first one. `is_chatter`: nobody asked
    for it, so nobody is told when nothing comes of it. `born`: the revision under which it was first written; an
    ancestor's later one tells that the ancestor changed since.
    """

    message: Message
    job_id: JobId | None = None
    seq: Annotated[int, Field(ge=-1, le=LARGEST_ID)] = -1
    alternatives: tuple[CommentId, ...] = ()
    is_chatter: Annotated[bool, LEFT_OUT_IF_UNSET] = False
    born: Revision = 0


class OpenJob(Wire):
    """A placeholder that waits. `queued` once the job is known to lie on its queue; times in ms since 1970.

    `asked_by`: the person who waits for it.
    """

    channel: str
    comment_id: CommentId
    job_id: JobId
    pool: Pool
    queued: bool
    touched_at: Milliseconds
    deadline_at: Milliseconds
    requeue: int = 0
    asked_by: str | None = None


class Posting(Wire):
    """What a client id made: the message and its placeholders."""

    comment_id: CommentId
    answers: tuple[CommentId, ...]


def message_key(comment_id: int) -> str:
    return f"{LARGEST_ID - comment_id:016d}"


def change_key(revision: int) -> str:
    return f"{CHANGE_PREFIX}{revision:016d}"


def open_key(comment_id: int) -> str:
    return f"{OPEN_PREFIX}{comment_id:016d}"


def client_key(sender: str, client_id: str) -> str:
    """Hashed, so that one person's client ids never meet another's and the key has no forbidden character."""
    return "client!" + hashlib.sha256(f"{sender}\n{client_id}".encode()).hexdigest()[:32]


def row(channel: str, key: str, value: Wire) -> Row:
    return {"PartitionKey": channel, "RowKey": key, **to_chunks(value.model_dump_json())}


def stored(entity: Any) -> Stored:
    return Stored.from_json(from_chunks(entity))


def open_job(entity: Any) -> OpenJob:
    return OpenJob.from_json(from_chunks(entity))


def posting(entity: Any) -> Posting:
    return Posting.from_json(from_chunks(entity))
