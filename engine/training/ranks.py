"""Which of several training processes this one is: `torchrun` and `accelerate launch` start one for each card."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed


@dataclass(frozen=True)
class Rank:
    """`number` of `count` processes; `device` is its own."""

    number: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Only this one writes files."""
        return self.number == 0

    def wait(self) -> None:
        """For the others."""
        self.total(0)

    def total(self, *parts: float) -> list[float]:
        """The sums of each part over all processes, the same in each."""
        if self.count == 1:
            return list(parts)
        summed = torch.tensor(parts, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return [float(part) for part in summed]


@contextmanager
def joined() -> Iterator[Rank]:
    """With the others that were started together with it, or alone."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    device = _device(int(os.environ.get("LOCAL_RANK", "0")))
    if count == 1:
        yield Rank(0, 1, device)
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Rank(distributed.get_rank(), count, device)
    finally:
        distributed.destroy_process_group()


def _device(local: int) -> torch.device:
    if torch.cuda.is_available():
        torch.cuda.set_device(local)
        return torch.device("cuda", local)
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
