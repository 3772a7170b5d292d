"""The device that models run on and the number type that suits it, chosen once."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import torch
from safetensors import SafetensorError

from engine.failures import ModelUnavailableError, OutOfMemoryError

log = logging.getLogger(__name__)

_ONE_LOAD: Final = threading.RLock()


@dataclass(frozen=True)
class Device:
    place: torch.device
    dtype: torch.dtype


@cache
def choose(wanted: str) -> Device:
    """`auto` takes the fastest there is. Raises ModelUnavailableError for one that is not there."""
    there = _there()
    name = there[0] if wanted == "auto" else wanted
    if name not in there:
        raise ModelUnavailableError(f"ENGINE_DEVICE = {wanted}: torch finds only {', '.join(there)} here")
    dtype, reason = _dtype(name)
    log.info("models run on %s in %s: %s", name, str(dtype).removeprefix("torch."), reason)
    return Device(torch.device(name), dtype)


def free_cached(device: Device) -> None:
    """What torch keeps for later goes back to the device, for whoever needs it now."""
    if device.place.type == "cuda":
        torch.cuda.empty_cache()
    elif device.place.type == "mps":
        torch.mps.empty_cache()


@contextmanager
def memory_watched() -> Iterator[None]:
    """A full memory, whatever torch calls it, is an OutOfMemoryError of ours."""
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise OutOfMemoryError(str(error)) from error
    except RuntimeError as error:
        # What the CPU's and Metal's allocators raise has no class of its own.
        if "not enough memory" in str(error) or "can't allocate memory" in str(error):
            raise OutOfMemoryError(str(error)) from error
        raise


@contextmanager
def loading(source: str) -> Iterator[None]:
    """Whatever is wrong with a model's files, or with the way to them, is a ModelUnavailableError.

    One load at a time in the whole process: while transformers reads a model, others come out without weights.
    """
    try:
        with _ONE_LOAD, memory_watched():
            yield
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelUnavailableError(f"{source}: {error}") from error


def cpu_has_bf16() -> bool:
    """Where it must be imitated, it is slower than fp32."""
    return cpu_has("avx512_bf16", "amx_bf16")


def cpu_has(*instructions: str) -> bool:
    """Whether the processor knows one of them, and torch the way to use it."""
    there = torch.cpu.get_capabilities()
    return torch.backends.mkldnn.is_available() and any(there.get(name, False) for name in instructions)


def _there() -> list[str]:
    """The fastest first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


def _dtype(name: str) -> tuple[torch.dtype, str]:
    if name == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return torch.bfloat16, "half the memory traffic, and the range of fp32"
        return torch.float16, "half the memory traffic; this card has no bf16"
    if name == "mps":
        return torch.float16, "half the memory traffic"
    return torch.float32, "exact, and on a CPU faster than bf16 with small models"
