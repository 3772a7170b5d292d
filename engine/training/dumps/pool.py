"""The processes that parse: a block to each in turn, and their answers in the same order."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

import engine
from engine.training.dumps.parsing import Parsed
from engine.training.dumps.parsing_process import LENGTH, READY, TASK
from engine.training.problems import TrainingError

# Three parse faster than one thread can decode.
_MOST_PROCESSES: Final = 4
# An answer passes in one piece.
_PIPE_BYTES: Final = 1 << 20
_STOP_S: Final = 5.0
_ANSWER: Final = msgspec.msgpack.Decoder(Parsed)


class ParserError(TrainingError):
    """A process that parses is gone."""


def process_count() -> int:
    """A core is left to the thread that decodes."""
    return min(_MOST_PROCESSES, max((os.cpu_count() or 1) - 1, 1))


class Pool:
    """Answers come in the order of the tasks."""

    def __init__(self, processes: Sequence["subprocess.Popen[bytes]"]) -> None:
        self._processes = processes
        self._busy: deque[subprocess.Popen[bytes]] = deque()
        self._tasks = 0

    def submit(self, start: int, size: int) -> None:
        process = self._processes[self._tasks % len(self._processes)]
        self._tasks += 1
        try:
            tasks = _pipe(process.stdin)
            tasks.write(TASK.pack(start, size))
            tasks.flush()
        except OSError:
            raise _gone(process) from None
        self._busy.append(process)

    def answer(self) -> Parsed:
        """To the oldest task that has no answer yet."""
        process = self._busy.popleft()
        answers = _pipe(process.stdout)
        head = answers.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise _gone(process)
        body = answers.read(LENGTH.unpack(head)[0])
        try:
            return _ANSWER.decode(body)
        except msgspec.MsgspecError:
            raise _gone(process) from None


@contextmanager
def started(slots: Path, subreddits: Sequence[str]) -> Iterator[Pool]:
    """Not by multiprocessing: its children would load all that this process has loaded, and outlive a killed parent."""
    command = [sys.executable, "-m", "engine.training.dumps.parsing_process", str(slots), *subreddits]
    place = Path(engine.__file__).parents[1]
    processes = [
        subprocess.Popen(command, cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pipesize=_PIPE_BYTES)
        for _ in range(process_count())
    ]
    try:
        for process in processes:
            if _pipe(process.stdout).read(len(READY)) != READY:
                raise _gone(process)
        yield Pool(processes)
    finally:
        for process in processes:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(_STOP_S)
    _pipe(process.stdout).close()
    try:
        _pipe(process.stdin).close()
    except OSError:  # what was still to be sent
        return


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream
    return stream


def _gone(process: "subprocess.Popen[bytes]") -> ParserError:
    return ParserError(f"A process that parses ended with {process.poll()}; was there memory enough?")
