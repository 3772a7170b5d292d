"""Cuts a dump into blocks of whole lines, in a thread of its own: the decoders let other threads run."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from engine.training.dumps.formats import DumpFile, Mark
from engine.training.dumps.slots import SLOT_BYTES, Slots


@dataclass(frozen=True)
class Block:
    """Whole lines, `size` bytes at the beginning of a slot; `end` is the place after them in the unpacked file.

    `is_overlong`: in place of lines, one that is longer than a slot was passed over. The last comes with what was wrong
    with the file.
    """

    slot: int
    size: int
    end: int
    mark: Mark
    is_overlong: bool = False
    is_last: bool = False
    trouble: str | None = None


@contextmanager
def decoding(file: DumpFile, slots: Slots, start: int) -> Iterator[Iterator[Block]]:
    """The blocks from `start` on, where a block once ended. The same file is always cut at the same places."""
    ready: queue.SimpleQueue[Block | Exception | None] = queue.SimpleQueue()

    def decode() -> None:
        try:
            for block in _cut(file, slots, start):
                ready.put(block)
        except Exception as error:  # noqa: BLE001  raised again in the thread that asked
            ready.put(error)
        ready.put(None)

    thread = Thread(target=decode, name="decoding", daemon=True)
    thread.start()
    try:
        yield _received(ready)
    except BaseException:
        slots.close()  # else the thread would wait for a slot for ever
        raise
    finally:
        thread.join()


def _received(ready: "queue.SimpleQueue[Block | Exception | None]") -> Iterator[Block]:
    while (item := ready.get()) is not None:
        if isinstance(item, Exception):
            raise item
        yield item


def _cut(file: DumpFile, slots: Slots, start: int) -> Iterator[Block]:
    place, rest, is_done = 0, b"", False
    while not is_done and (slot := slots.take()) is not None:
        with memoryview(slots.memory)[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES] as view:
            if place < start:
                place = _skip(file, view, start)
            view[: len(rest)] = rest
            filled = len(rest) + file.readinto(view[len(rest) :])
            is_done = filled < SLOT_BYTES
            size = slots.memory.rfind(b"\n", slot * SLOT_BYTES, slot * SLOT_BYTES + filled) + 1 - slot * SLOT_BYTES
            size = max(size, 0)
            if is_done and not file.trouble:  # the last line may lack its break
                size = filled
            is_overlong = size == 0 and not is_done
            if is_overlong:
                passed, rest, is_done = _pass_over(file, slots, slot)
                place += filled + passed
            else:
                rest = bytes(view[size:filled])
                place += size
        yield Block(slot, size, place, file.mark(), is_overlong, is_done, file.trouble)


def _skip(file: DumpFile, view: memoryview, start: int) -> int:
    place = 0
    while place < start:
        read = file.readinto(view[: start - place])
        if not read:
            break
        place += read
    return place


def _pass_over(file: DumpFile, slots: Slots, slot: int) -> tuple[int, bytes, bool]:
    """Reads to the end of the line: how many bytes that were, what was read after it, and whether the file ended."""
    first, passed = slot * SLOT_BYTES, 0
    with memoryview(slots.memory)[first : first + SLOT_BYTES] as view:
        while filled := file.readinto(view):
            is_done = filled < SLOT_BYTES
            found = slots.memory.find(b"\n", first, first + filled) + 1
            if found:
                rest = bytes(view[found - first : filled])
                return passed + found - first, rest, False
            passed += filled
            if is_done:
                break
    return passed, b"", True
