"""A queue of typed items with leases: packs, large payloads in blobs, a poison queue for what cannot be read."""

import json
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from xml.sax.saxutils import escape

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from pydantic import TypeAdapter, ValidationError

from contracts.names import PAYLOADS_CONTAINER, poison_queue
from contracts.storage import Storage
from contracts.wire import Wire

log = logging.getLogger(__name__)

# The service takes 64 KiB of XML-escaped text; the margin holds the envelope.
MESSAGE_LIMIT = 60 * 1024
# The service's own limit.
RECEIVE_LIMIT = 32

T = TypeVar("T", bound=Wire)


class LeaseLostError(Exception):
    """The visibility timeout ran out and another reader has the message."""


@dataclass
class Lease(Generic[T]):
    """A received message while its visibility timeout runs; `items` are the readable ones."""

    items: tuple[T, ...]
    dequeue_count: int
    _queue: "TypedQueue[T]"
    _message: QueueMessage
    _payload: str | None

    async def renew(self, lease_s: int) -> None:
        """Keep the message for `lease_s` seconds from now. Raises LeaseLostError."""
        with _lease_lost(self._message):
            updated = await self._queue.client.update_message(self._message, visibility_timeout=lease_s)
        self._message.pop_receipt = updated.pop_receipt

    async def delete(self) -> None:
        """What the message led to is durable. Raises LeaseLostError."""
        with _lease_lost(self._message):
            await self._queue.client.delete_message(self._message)
        if self._payload is not None:
            await self._queue.drop_payload(self._payload)


class TypedQueue(Generic[T]):
    """One storage queue whose messages hold one or more items of a type, each readable or poisoned on its own."""

    def __init__(self, storage: Storage, name: str, items: TypeAdapter[T]) -> None:
        self.name = name
        self.client = storage.queues.get_queue_client(name)
        self._poison = storage.queues.get_queue_client(poison_queue(name))
        self._payloads = storage.blobs.get_container_client(PAYLOADS_CONTAINER)
        self._items = items

    async def create(self) -> None:
        """Make the queue, its poison queue and the container of payloads, where they are missing."""
        for part in (self.client.create_queue, self._poison.create_queue, self._payloads.create_container):
            try:
                await part()
            except ResourceExistsError:
                continue

    async def send(self, items: Iterable[T], ttl_s: int = -1, delay_s: int = 0) -> None:
        """Put items on the queue, as many to a message as fit; -1 keeps them until they are read."""
        for body in _packs([item.to_json() for item in items]):
            text = body if _size(body) <= MESSAGE_LIMIT else await self._to_blob(body)
            await self.client.send_message(text, time_to_live=ttl_s, visibility_timeout=delay_s)

    async def receive(self, most: int, lease_s: int) -> list[Lease[T]]:
        """Take up to `most` messages (at most 32); what cannot be read goes to the poison queue."""
        pages = self.client.receive_messages(
            messages_per_page=min(most, RECEIVE_LIMIT), visibility_timeout=lease_s
        ).by_page()
        try:
            page = await anext(pages)
        except StopAsyncIteration:
            return []
        return [lease async for message in page if (lease := await self._open(message)) is not None]

    async def poison(self, body: str, code: str, reason: str, dequeue_count: int) -> None:
        """Put a message aside with the reason; the text is kept whole."""
        entry = {"queue": self.name, "code": code, "reason": reason, "dequeueCount": dequeue_count, "body": body}
        text = json.dumps(entry)
        if _size(text) > MESSAGE_LIMIT:
            text = json.dumps(entry | {"body": await self._to_blob(body)})
        await self._poison.send_message(text, time_to_live=-1)
        log.warning("poisoned on %s: %s (%s)", self.name, code, reason)

    async def drop_payload(self, name: str) -> None:
        """Delete the blob of an oversized message; its message is gone, so a failure harms nobody."""
        try:
            await self._payloads.delete_blob(name)
        except AzureError as error:
            log.warning("payload %s stays behind: %r", name, error)

    async def _to_blob(self, body: str) -> str:
        name = f"{self.name}/{uuid.uuid4().hex}.json"
        await self._payloads.upload_blob(name, body.encode())
        return json.dumps({"payload": name})

    async def _open(self, message: QueueMessage) -> Lease[T] | None:
        dequeue_count = message.dequeue_count or 1
        payload: str | None = None
        try:
            raw = json.loads(message.content)
            if isinstance(raw, dict) and isinstance(raw.get("payload"), str):
                payload = raw["payload"]
                blob = await self._payloads.download_blob(payload)
                raw = json.loads(await blob.readall())
        except (ValueError, RecursionError, ResourceNotFoundError) as error:
            await self.poison(str(message.content), "undecodable", str(error)[:300], dequeue_count)
            await self.client.delete_message(message)
            return None
        items = [item async for item in self._readable(_unpacked(raw), dequeue_count)]
        lease = Lease(tuple(items), dequeue_count, self, message, payload)
        if items:
            return lease
        await lease.delete()
        return None

    async def _readable(self, raw_items: Sequence[Any], dequeue_count: int) -> Any:
        if not raw_items:
            await self.poison("[]", "empty", "a message without items", dequeue_count)
        for raw in raw_items:
            body = json.dumps(raw)
            try:
                yield self._items.validate_json(body)
            except ValidationError as error:
                reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
                await self.poison(body, "invalid", reason, dequeue_count)


@contextmanager
def _lease_lost(message: QueueMessage) -> Iterator[None]:
    """The service says "mismatch" while another reader has the message, and "not found" when it is deleted."""
    try:
        yield
    except HttpResponseError as error:
        if getattr(error, "error_code", None) in ("PopReceiptMismatch", "MessageNotFound"):
            raise LeaseLostError(message.id) from error
        raise


def _size(body: str) -> int:
    return len(escape(body).encode())


def _packs(bodies: Sequence[str]) -> Iterator[str]:
    """Join JSON texts to envelopes that fit a queue message; one that alone is too large stands by itself."""
    pack: list[str] = []
    size = 0
    for body in bodies:
        if pack and size + _size(body) > MESSAGE_LIMIT - 100:
            yield _envelope(pack)
            pack, size = [], 0
        pack.append(body)
        size += _size(body) + 1
    if pack:
        yield _envelope(pack)


def _envelope(bodies: Sequence[str]) -> str:
    return f'{{"items":[{",".join(bodies)}]}}'


def _unpacked(raw: Any) -> Sequence[Any]:
    """The items of an envelope; anything else counts as one item, so that a hand-written message works too."""
    return raw["items"] if isinstance(raw, dict) and isinstance(raw.get("items"), list) else [raw]
