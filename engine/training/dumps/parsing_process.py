"""`python -m engine.training.dumps.parsing_process SLOTS SUBREDDIT…`: parses the blocks of which its input tells.

It loads little, and it ends when its parent does, however that ends: its input is closed then.
"""

import mmap
import signal
import struct
import sys
from pathlib import Path
from typing import Final

import msgspec

from engine.training.dumps.parsing import Wanted, parse

TASK: Final = struct.Struct("<QQ")  # where a block begins in the slots, and its size
LENGTH: Final = struct.Struct("<Q")  # of the answer that follows
READY: Final = b"\n"


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal; the parent ends this one
    slots, *subreddits = sys.argv[1:]
    wanted = Wanted(subreddits)
    with Path(slots).open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    answers = sys.stdout.buffer
    answers.write(READY)
    answers.flush()
    pack = msgspec.msgpack.Encoder()
    while len(task := sys.stdin.buffer.read(TASK.size)) == TASK.size:
        start, size = TASK.unpack(task)
        answer = pack.encode(parse(memory, start, start + size, wanted))
        answers.write(LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    main()
