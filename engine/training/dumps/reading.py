"""Reads dumps into the work file, from where an earlier reading stopped.

One thread decodes, some processes parse, this thread writes. What is under way is bounded by the slots, so memory does
not grow with the files; only a zstandard frame decides itself how much of what went before it needs.
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.training.dumps.blocks import Block, decoding
from engine.training.dumps.formats import ChangedError, DumpFile
from engine.training.dumps.parsing import Parsed
from engine.training.dumps.pool import Pool, process_count, started
from engine.training.dumps.slots import SLOT_BYTES, Slots
from engine.training.dumps.work_file import ReadFile, WorkFile

# A commit waits for the disk; what was read since the last is read again after an interruption.
COMMIT_EVERY_S: Final = 5.0
# Each process has one block in work and one that waits for it.
_BLOCKS_A_PROCESS: Final = 2
_NOTHING: Final = Parsed(0, 0, [], [], {})

Watch = Callable[[ReadFile], None]


@dataclass(frozen=True)
class Request:
    """What is to be read; the names of subreddits in any case."""

    files: Sequence[Path]
    subreddits: Sequence[str]


def read(request: Request, work: WorkFile, watch: Watch) -> None:
    """`watch` is told how far a file was read. Raises ChangedError, ParserError."""
    _compare(request, work)
    remaining = [file for file in work.files() if not file.is_done]
    if not remaining:
        return
    under_way = process_count() * _BLOCKS_A_PROCESS
    with Slots(under_way + 2) as slots, started(slots.path, request.subreddits) as pool:
        slots.forget_name()
        for file in remaining:
            _Reading(file, work, watch, slots, pool).run(under_way)


def _compare(request: Request, work: WorkFile) -> None:
    """What the work file was begun with must be what is wanted now."""
    subreddits = ",".join(sorted({name.lower() for name in request.subreddits}))
    paths = [path.resolve() for path in request.files]
    if work.wanted() is None:
        work.begin_with(subreddits, paths)
    known = work.files()
    if work.wanted() != subreddits or [file.path for file in known] != paths:
        raise ChangedError(f"{work.path} was read from other files or for other subreddits; remove it to read anew.")
    for file in known:
        status = file.path.stat()
        is_same = status.st_size == file.size
        if is_same and file.is_done and status.st_mtime_ns != file.changed_ns:
            with file.path.open("rb") as opened:
                is_same = hashlib.file_digest(opened, "sha256").hexdigest() == file.mark.sha256
        if not is_same:
            raise ChangedError(f"{file.path} has changed since it was read; remove {work.path} to read anew.")


class _Reading:
    def __init__(self, file: ReadFile, work: WorkFile, watch: Watch, slots: Slots, pool: Pool) -> None:
        self._file = file
        self._work = work
        self._watch = watch
        self._slots = slots
        self._pool = pool
        self._committed_s = time.monotonic()

    def run(self, most_under_way: int) -> None:
        pending: deque[Block] = deque()
        self._work.begin()
        known = self._file.mark if self._file.place else None
        with (
            DumpFile(self._file.path, known) as dump,
            decoding(dump, self._slots, self._file.place) as blocks,
        ):
            for block in blocks:
                if block.size:
                    self._pool.submit(block.slot * SLOT_BYTES, block.size)
                pending.append(block)
                if len(pending) > most_under_way:
                    self._write(pending.popleft())
            while pending:
                self._write(pending.popleft())
        self._commit()

    def _write(self, block: Block) -> None:
        parsed = self._pool.answer() if block.size else _NOTHING
        self._slots.give_back(block.slot)
        number, before = self._file.number, self._file.lines
        if parsed.rows or parsed.troubles:
            self._work.add(number, before, parsed)
        lines = before + parsed.lines
        if block.is_overlong:
            lines += 1
            self._work.add_trouble("line too long", number, 1, [(lines, f"over {SLOT_BYTES >> 20} MiB")])
        if block.trouble:
            self._work.add_trouble("cut or damaged archive", number, 1, [(lines, block.trouble)])
        self._file = self._file._replace(
            place=block.end, lines=lines, rows=self._file.rows + parsed.rows, mark=block.mark, is_done=block.is_last
        )
        if time.monotonic() - self._committed_s > COMMIT_EVERY_S:
            self._commit()
            self._work.begin()
            self._committed_s = time.monotonic()
        self._watch(self._file)

    def _commit(self) -> None:
        self._work.advance(self._file)
        self._work.commit()
