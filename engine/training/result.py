"""What came of a training."""

from dataclasses import dataclass
from typing import Final

from engine.training.curve import Points
from engine.training.loss import Loss

LOSS_CURVE: Final = "loss.png"


@dataclass(frozen=True)
class Result:
    """`before` is the base's held-out loss, `after` the bot's. `seconds` are those since the latest start."""

    before: Loss
    after: Loss
    points: Points
    tokens_per_second: float
    seconds: float
    device: str
