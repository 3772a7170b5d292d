"""What the queues promise: nothing lost, each item judged alone, any size."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import TypeAdapter

from contracts.names import PAYLOADS_CONTAINER, input_queue, poison_queue
from contracts.outbox import Outbox
from contracts.queues import LeaseLostError, TypedQueue
from contracts.storage import Storage, open_storage
from contracts.wire import Wire


class Note(Wire):
    """Something small or large."""

    text: str


@pytest_asyncio.fixture
async def storage(connection_string: str) -> AsyncIterator[Storage]:
    async with open_storage(connection_string, None) as opened:
        yield opened


@pytest_asyncio.fixture
async def notes(storage: Storage) -> TypedQueue[Note]:
    queue = TypedQueue(storage, "notes", TypeAdapter(Note))
    await queue.create()
    await queue.create()
    return queue


async def payloads(storage: Storage) -> list[str]:
    return [name async for name in storage.blobs.get_container_client(PAYLOADS_CONTAINER).list_blob_names()]


async def poisoned(storage: Storage) -> list[dict[str, object]]:
    poison = storage.queues.get_queue_client(poison_queue("notes"))
    return [json.loads(str(message.content)) async for message in poison.receive_messages()]


@pytest.mark.parametrize(
    "text",
    ["", "plain", "<&>" * 9_000, "\u0000\u0007\ufffe", "🐔" * 40_000, "x" * 300_000],
    ids=["empty", "plain", "grows in XML", "forbidden in XML", "emoji", "large"],
)
async def test_what_is_received_is_what_was_sent(notes: TypedQueue[Note], storage: Storage, text: str) -> None:
    await notes.send([Note(text=text)])
    (lease,) = await notes.receive(32, 30)
    assert lease.items == (Note(text=text),)
    await lease.delete()
    assert await payloads(storage) == []
    assert await notes.receive(32, 30) == []


async def test_many_items_share_messages_and_each_message_fits(notes: TypedQueue[Note]) -> None:
    sent = [Note(text="y" * 9_000) for _ in range(20)]  # six to a message of 60 KiB
    await notes.send(sent)
    leases = await notes.receive(32, 30)
    assert len(leases) == 4
    assert [item for lease in leases for item in lease.items] == sent


async def test_a_lease_that_was_renewed_is_nobody_elses(notes: TypedQueue[Note]) -> None:
    await notes.send([Note(text="mine")])
    (lease,) = await notes.receive(1, 1)
    await lease.renew(30)
    await asyncio.sleep(1.5)
    assert await notes.receive(1, 30) == []
    await lease.delete()


async def test_a_lease_that_ran_out_belongs_to_the_next_reader(notes: TypedQueue[Note]) -> None:
    await notes.send([Note(text="whose?")])
    (lost,) = await notes.receive(1, 1)
    await asyncio.sleep(1.2)
    (held,) = await notes.receive(1, 30)
    assert held.dequeue_count == 2
    with pytest.raises(LeaseLostError):
        await lost.renew(30)
    with pytest.raises(LeaseLostError):
        await lost.delete()
    await held.delete()


async def test_a_lease_given_back_is_there_at_once(notes: TypedQueue[Note]) -> None:
    await notes.send([Note(text="back")])
    (lease,) = await notes.receive(1, 30)
    await lease.renew(0)
    assert len(await notes.receive(1, 30)) == 1


async def test_a_bad_item_is_poisoned_alone_with_its_reason(notes: TypedQueue[Note], storage: Storage) -> None:
    await notes.client.send_message(json.dumps({"items": [{"text": "good"}, {"text": 1}, {"words": "?"}]}))
    (lease,) = await notes.receive(32, 30)
    assert lease.items == (Note(text="good"),)
    entries = await poisoned(storage)
    assert [entry["code"] for entry in entries] == ["invalid", "invalid"]
    assert "text" in str(entries[0]["reason"])


async def test_a_large_poison_keeps_its_whole_text(notes: TypedQueue[Note], storage: Storage) -> None:
    await notes.poison("z" * 200_000, "test", "too large", 1)
    (entry,) = await poisoned(storage)
    name = json.loads(str(entry["body"]))["payload"]
    blob = await storage.blobs.get_blob_client(PAYLOADS_CONTAINER, name).download_blob()
    assert await blob.readall() == b"z" * 200_000


async def test_what_gathers_while_a_send_runs_goes_out_together() -> None:
    sent: list[list[int]] = []
    gate = asyncio.Event()

    async def send(items: object) -> None:
        await gate.wait()
        sent.append(list(items))  # type: ignore[call-overload]

    async with Outbox[int](send) as outbox:
        waiting = [asyncio.create_task(outbox.put(number)) for number in range(4)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        late = asyncio.create_task(outbox.put(4))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*waiting, late)
    assert sent == [[0, 1, 2, 3], [4]]


async def test_whoever_puts_hears_that_the_send_failed_and_the_next_send_works() -> None:
    fail = True

    async def send(_items: object) -> None:
        if fail:
            raise OSError("away")

    async with Outbox[int](send) as outbox:
        with pytest.raises(OSError, match="away"):
            await outbox.put(1)
        fail = False
        await outbox.put(2)


async def test_whoever_waits_when_the_outbox_closes_is_cancelled() -> None:
    async def send(_items: object) -> None:
        await asyncio.Event().wait()

    async with Outbox[int](send) as outbox:
        waiting = [asyncio.create_task(outbox.put(number)) for number in range(2)]
        await asyncio.sleep(0.01)
        waiting.append(asyncio.create_task(outbox.put(2)))
        await asyncio.sleep(0.01)
    assert all(
        isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*waiting, return_exceptions=True)
    )


def test_pools_have_queues_of_their_own() -> None:
    assert input_queue("default") == "chat-input"
    assert input_queue("big-card") == "chat-input-big-card"
