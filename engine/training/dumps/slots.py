"""Memory that the decoding thread fills and the parsing processes read, without copying between them."""

import mmap
import queue
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

# A block of lines, and so the longest line that is read: Reddit's longest have some hundred kilobytes.
SLOT_BYTES: Final = 1 << 21
_SHARED_MEMORY: Final = Path("/dev/shm")


class Slots:
    """Equal pieces of one mapped file, numbered; each is free or taken. Use it as a context."""

    def __init__(self, count: int) -> None:
        self._free: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        for slot in range(count):
            self._free.put(slot)
        place = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
        with tempfile.NamedTemporaryFile(dir=place, prefix="playhouse-dump-", delete=False) as file:
            file.truncate(count * SLOT_BYTES)
            self.memory = mmap.mmap(file.fileno(), 0)
        self.path = Path(file.name)

    def __enter__(self) -> "Slots":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(BufferError):  # an error on its way up may still hold a piece of it
            self.memory.close()
        self.forget_name()

    def forget_name(self) -> None:
        """Once all who need it have opened the file; where the system allows it, it is then gone when they are."""
        with suppress(PermissionError):  # Windows keeps the name while the file is open
            self.path.unlink(missing_ok=True)

    def take(self) -> int | None:
        """Waits for a free one; None after `close`."""
        return self._free.get()

    def give_back(self, slot: int) -> None:
        self._free.put(slot)

    def close(self) -> None:
        self._free.put(None)
