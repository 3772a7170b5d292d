"""Where the index lies: a file that no other hub has open, built anew when it is old or damaged; on a thread."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from hub.search.index import Index, discard

log = logging.getLogger(__name__)

# Hubs that share a folder; more share it nowhere.
MOST_FILES: Final = 64
IN_USE: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# The low byte is the error, the others its circumstances.
PRIMARY: Final = 0xFF

P = ParamSpec("P")
R = TypeVar("R")


def path_of(folder: Path, number: int) -> Path:
    return folder / f"search-{number}.sqlite"


def claimed(folder: Path) -> Index:
    """The first index of the folder that nobody has open. Raises sqlite3.Error."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(MOST_FILES):
        try:
            return opened(path_of(folder, number))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY not in IN_USE:
                raise
    raise sqlite3.OperationalError(f"all {MOST_FILES} files of the index are in use")


def opened(path: Path) -> Index:
    """The index in a file, an empty one if the file cannot be used. Raises sqlite3.Error."""
    try:
        return Index(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        log.warning("the search index %s is built anew: %s", path.name, error)
        discard(path)
        return Index(path)


class Shelf:
    """The index, on a thread of its own: the event loop never waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="search")
        self._index: Index | None = None

    async def open(self) -> None:
        """Raises sqlite3.Error or OSError."""
        loop = asyncio.get_running_loop()
        self._index = await loop.run_in_executor(self._thread, claimed, self._folder)

    async def do(self, act: Callable[Concatenate[Index, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do something with the index. Raises sqlite3.Error."""
        index = self._index
        if index is None:
            raise sqlite3.OperationalError("the index is not open")
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: act(index, *args, **kwargs))

    async def close(self, is_damaged: bool) -> None:
        """Let go of the file; remove a damaged one."""
        index, self._index = self._index, None
        if index is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, index.remove if is_damaged else index.close)

    def end(self) -> None:
        """Close, and wait for the thread; nothing is asked any more."""
        index, self._index = self._index, None
        if index is not None:
            self._thread.submit(index.close)
        self._thread.shutdown()
