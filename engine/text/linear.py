"""Linear layers: as they are, or on a CPU in 8-bit integers, which read a quarter of the memory."""

from typing import Final, Protocol

import torch
from torch.nn.functional import linear, pad

LARGEST: Final = 127.0
# Adding a half makes the cut to whole numbers a rounding.
ZERO: Final = 128
SMALLEST_SCALE: Final = 1e-8
# oneDNN compiles a kernel for each number of rows and keeps it, so above the first of each pair the number is rounded
# up to a multiple of the second.
STRIDES: Final = ((64, 32), (16, 8))


class Linear(Protocol):
    """(rows, in) to (rows, out)."""

    size_bytes: int

    def __call__(self, x: torch.Tensor) -> torch.Tensor: ...


class PlainLinear:
    """`weight` is (out, in)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        self._weight = weight
        self._bias = bias
        self.size_bytes = weight.nbytes + (0 if bias is None else bias.nbytes)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return linear(x, self._weight, self._bias)


class Int8Linear:
    """Weights in int8 with a scale for each output, inputs in uint8 with a scale for each row.

    The sums are whole numbers, so what comes out of a row does not depend on the rows beside it. Torch's own dynamic
    quantization has one scale for all rows, and its answers change with their company.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        # Two readings of so many are ten times as quick as one of a copy without signs.
        reach = torch.maximum(weight.amax(1), -weight.amin(1))  # (out,)
        scale = reach.clamp_min_(SMALLEST_SCALE) / LARGEST
        whole = (weight / scale[:, None]).round_().to(torch.int8)
        # Torch lists these operations of its Intel backend among its own, without types.
        self._packed = torch.ops.onednn.qlinear_prepack(whole, None)
        self._scale = scale / LARGEST
        self._zeros = torch.zeros(len(scale), dtype=torch.long)
        self._bias = torch.zeros(len(scale)) if bias is None else bias
        self.size_bytes = whole.nbytes + self._scale.nbytes + self._zeros.nbytes + self._bias.nbytes

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = len(x)
        stride = next((stride for above, stride in STRIDES if rows > above), 1)
        if rows % stride:
            return self._mapped(pad(x, (0, 0, 0, -rows % stride)))[:rows]
        return self._mapped(x)

    def _mapped(self, x: torch.Tensor) -> torch.Tensor:
        reach = x.abs().amax(1, keepdim=True).clamp_min_(SMALLEST_SCALE)
        whole = (x * (LARGEST / reach)).add_(ZERO + 0.5).to(torch.uint8)
        summed = torch.ops.onednn.qlinear_pointwise(
            whole, 1.0, ZERO, self._packed, self._scale, self._zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        return torch.addcmul(self._bias, summed, reach)
