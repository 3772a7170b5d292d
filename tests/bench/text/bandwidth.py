"""How fast this machine reads memory: `python -m tests.bench.text.bandwidth <device> <MiB>`."""

import json
import sys
import time
from typing import Final

import torch

from tests.bench.text.plan import THREADS

TIMES: Final = 7


def bytes_per_s(device: str, mib: int) -> float:
    """The best of some tries: on a CPU a sum with all threads, on a card a copy, which reads and writes."""
    torch.set_num_threads(THREADS)
    numbers = torch.ones(mib << 18, device=device)  # 4 bytes each
    other = torch.empty_like(numbers) if device == "cuda" else None
    taken_s = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        if other is None:
            numbers.sum()
        else:
            other.copy_(numbers)
            torch.cuda.synchronize()
        taken_s.append(time.perf_counter() - began_s)
    return numbers.nbytes * (1 if other is None else 2) / min(taken_s)


if __name__ == "__main__":
    print(json.dumps(bytes_per_s(sys.argv[1], int(sys.argv[2]))), flush=True)
