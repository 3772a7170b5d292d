"""The next transaction of a channel, while changes are applied to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from azure.data.tables import UpdateMode

from contracts.message import Message
from hub.log.rows import OpenJob, Posting, Row, Stored, change_key, message_key, open_key, row

Operation = tuple[str, Row] | tuple[str, Row, dict[str, Any]]


@dataclass(frozen=True)
class Head:
    """A channel's revision, and the ETag under which it was read; None when the channel has no rows yet."""

    revision: int
    etag: str | None


@dataclass
class Draft:
    """What is read here is what the transaction is conditional on; what is put here is written together or not at all.

    Revisions are given out as messages are put; one that is put twice keeps its first, so that no revision is skipped.
    """

    channel: str
    head: Head
    read: Callable[[int], Awaitable[Stored | None]]
    read_posting: Callable[[str], Awaitable[Posting | None]]
    puts: dict[int, Stored] = field(default_factory=dict)
    echoes: dict[int, Message] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    revision: int = -1
    _replaced: dict[int, int] = field(default_factory=dict)
    _opened: dict[int, OpenJob] = field(default_factory=dict)
    _closed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.revision = max(self.revision, self.head.revision)

    async def stored(self, comment_id: int) -> Stored | None:
        """A message as it will be after what was put so far."""
        return self.puts.get(comment_id) or await self.read(comment_id)

    async def posting(self, key: str) -> Posting | None:
        """What a client id has made already."""
        return self.postings.get(key) or await self.read_posting(key)

    def put(self, new: Stored, before: Stored | None = None) -> Message:
        """Write a message, new or changed, under the next revision."""
        comment_id = new.message.comment_id
        if comment_id in self.puts:
            revision = self.puts[comment_id].message.revision
        else:
            self.revision += 1
            revision = self.revision
            if before is not None:
                self._replaced[comment_id] = before.message.revision
            else:
                new = new.model_copy(update={"born": revision})
        message = new.message.model_copy(update={"revision": revision})
        self.puts[comment_id] = new.model_copy(update={"message": message})
        return message

    def echo(self, message: Message) -> None:
        """Broadcast again what stands already: whoever wrote it may have died before telling anyone."""
        self.echoes[message.comment_id] = message

    def claim(self, key: str, posting: Posting) -> None:
        self.postings[key] = posting

    def open(self, job: OpenJob) -> None:
        self._opened[job.comment_id] = job

    def opened_by(self, person: str) -> int:
        """How many placeholders this draft opens for a person."""
        return sum(job.asked_by == person for job in self._opened.values())

    def close(self, comment_id: int) -> None:
        if self._opened.pop(comment_id, None) is None:
            self._closed.add(comment_id)

    def copy(self) -> "Draft":
        """So that a change that raises leaves no trace."""
        return replace(
            self,
            puts=dict(self.puts),
            echoes=dict(self.echoes),
            postings=dict(self.postings),
            _replaced=dict(self._replaced),
            _opened=dict(self._opened),
            _closed=set(self._closed),
        )

    def operations(self) -> list[Operation]:
        """All writes but the head's."""
        done: list[Operation] = []
        for comment_id, stored in self.puts.items():
            revision = stored.message.revision
            done.append(("upsert", row(self.channel, message_key(comment_id), stored), {"mode": UpdateMode.REPLACE}))
            change = {"PartitionKey": self.channel, "RowKey": change_key(revision), "commentId": str(comment_id)}
            done.append(("create", change))
        done += [("delete", self._key(change_key(old))) for old in self._replaced.values()]
        done += [("create", row(self.channel, key, posting)) for key, posting in self.postings.items()]
        done += [("create", row(self.channel, open_key(job.comment_id), job)) for job in self._opened.values()]
        done += [("delete", self._key(open_key(comment_id))) for comment_id in self._closed]
        return done

    def _key(self, key: str) -> Row:
        return {"PartitionKey": self.channel, "RowKey": key}
