"""How much memory models may fill, how much one will take, and how much it holds."""

from pathlib import Path, PurePosixPath
from typing import Final

import psutil
import torch

from engine.device import Device
from engine.failures import ModelUnavailableError
from engine.weights import Layout, loaded_bytes, place_of, weight_files

MIB: Final = 1024 * 1024
# The rest of a card is for what a step needs beside weights and caches, and for the screen.
SHARE_OF_CARD: Final = 0.9
# The rest of the machine is for whatever else it does.
SHARE_OF_MACHINE: Final = 0.5
CONTROL_GROUPS: Final = Path("/sys/fs/cgroup")
OWN_CONTROL_GROUPS: Final = Path("/proc/self/cgroup")


def budget_bytes(wanted_mib: int | None, device: Device) -> int:
    """What models and their caches may fill on the device: as wanted, else as much as seems wise.

    In main memory never more than the machine, or the container, lets the process have: it would be killed.
    """
    if device.place.type == "cuda":
        of_device = int(torch.cuda.mem_get_info(device.place)[1] * SHARE_OF_CARD)
    elif device.place.type == "mps":
        of_device = torch.mps.recommended_max_memory()
    else:
        own = OWN_CONTROL_GROUPS.read_text() if OWN_CONTROL_GROUPS.is_file() else ""
        there = min([psutil.virtual_memory().total, *control_group_limits(own, CONTROL_GROUPS)])
        return int(there * SHARE_OF_MACHINE) if wanted_mib is None else min(wanted_mib * MIB, there)
    return of_device if wanted_mib is None else wanted_mib * MIB


def estimated_bytes(source: str, layout: Layout, dtype: torch.dtype) -> int | None:
    """What the weights will take once loaded; None when they are not here yet, or broken.

    `source` is as a bot names its model: a folder, a file, a package, or the id of a model on a hub. What a step needs,
    and the cache of a running text, come on top.
    """
    if not source or layout in ("echo", "remote"):
        return 0
    try:
        place = place_of(source)
        if place is None:
            return None
        return sum(loaded_bytes(file, dtype) for file in weight_files(place, layout)) or None
    except (OSError, ValueError, ModelUnavailableError):
        return None


def size_in_words(size_bytes: int) -> str:
    """`8.4 MiB`, `512 MiB`, `1.5 GiB`."""
    mib = size_bytes / MIB
    if mib >= 1000:
        return f"{mib / 1024:,.1f} GiB"
    return f"{mib:.1f} MiB" if mib < 100 else f"{mib:.0f} MiB"


def size_bytes_of(module: torch.nn.Module) -> int:
    """What the parameters and buffers hold, tied ones once. Weights that a module packed away are not seen."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.nbytes for tensor in tensors)


def control_group_limits(own: str, mounted: Path) -> list[int]:
    """The limits in bytes of a process's control groups and all groups above them; empty where there are none.

    `own` is the text of `/proc/self/cgroup`: `0::/PATH` in version 2, `N:memory:/PATH` in version 1.
    """
    limits = []
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            tree, file = mounted, "memory.max"
        elif "memory" in controllers.split(","):
            tree, file = mounted / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = PurePosixPath(path)
        for each in (group, *group.parents):
            limit = tree / each.relative_to("/") / file
            if limit.is_file() and (said := limit.read_text().strip()).isdecimal():
                limits.append(int(said))
    return limits
