"""How a model is trained: the numbers that a person chooses, and those that follow from them."""

from dataclasses import dataclass
from typing import Final, Literal

import torch

from engine.device import cpu_has_bf16
from engine.training.problems import TrainingError

Precision = Literal["auto", "bf16", "fp16", "fp32"]

DTYPES: Final[dict[str, torch.dtype]] = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


@dataclass(frozen=True)
class Course:
    """`batch` is in blocks a process, `evaluate_every` in steps, `dtype` that of the products.

    `patience` is in evaluations without progress; `lora_rank` 0 trains all weights; with `less_memory` the activations
    are computed a second time for the gradients.
    """

    epochs: int
    learning_rate: float
    batch: int
    accumulate: int
    evaluate_every: int
    patience: int
    dtype: torch.dtype
    lora_rank: int
    less_memory: bool
    seed: int


def steps_an_epoch(blocks: int, batch: int, accumulate: int) -> int:
    """`blocks` are those of one process. A last batch may be short, a last step may not."""
    return -(-blocks // batch) if accumulate == 1 else blocks // (batch * accumulate)


def dtype_for(precision: Precision, device: torch.device) -> torch.dtype:
    """bfloat16 has the range of fp32 and needs no scaling of gradients; old cards know only fp16.

    Raises TrainingError.
    """
    if precision == "fp16" and device.type != "cuda":
        raise TrainingError(f"fp16 is for CUDA alone; on {device.type} take bf16 or fp32.")
    if precision != "auto":
        return DTYPES[precision]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return torch.bfloat16 if device.type == "cpu" and cpu_has_bf16() else torch.float32
