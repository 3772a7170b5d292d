"""LoRA adapters beside the weights that they change (Hu et al. 2021): rows of one batch may each have their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from peft import LoraConfig, PeftConfig
from peft.utils.save_and_load import load_peft_weights
from torch.nn.functional import pad

from engine.device import loading
from engine.failures import ModelUnavailableError
from engine.text.linear import Linear


@dataclass(frozen=True, eq=False)
class Adapter:
    """For each layer's name two factors: (in, rank) and (rank, out), the second with the scale in it."""

    factors: Mapping[str, tuple[torch.Tensor, torch.Tensor]]

    @property
    def size_bytes(self) -> int:
        return sum(down.nbytes + up.nbytes for down, up in self.factors.values())


class Adapted:
    """A linear layer, to whose output each row's adapter adds what it has learnt."""

    def __init__(self, inner: Linear) -> None:
        self.inner = inner
        self._adapters: list[Adapter | None] = []
        self._factors: tuple[torch.Tensor, torch.Tensor] | None = None

    def choose(self, name: str, adapters: list[Adapter | None]) -> None:
        """`name` is that of this layer; an adapter for each row, or one for all rows."""
        if adapters == self._adapters:
            return
        self._adapters = adapters
        self._factors = _stacked([None if adapter is None else adapter.factors.get(name) for adapter in adapters])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        y = self.inner(x)
        if self._factors is None:
            return y
        down, up = self._factors  # (rows or 1, in, rank), (rows or 1, rank, out)
        grouped = x[None] if len(down) == 1 else x[:, None]
        return y + (grouped @ down @ up).flatten(0, 1)


def read_adapter(source: str, layers: Iterable[str], like: torch.Tensor) -> Adapter:
    """From a folder or an id, for the device and the type of `like`. Raises ModelUnavailableError."""
    with loading(source):
        config = PeftConfig.from_pretrained(source)
        weights = load_peft_weights(source, device="cpu")
    if not isinstance(config, LoraConfig) or config.use_dora or config.alpha_pattern or config.modules_to_save:
        raise ModelUnavailableError(f"{source}: only plain LoRA adapters can be used beside their base; merge this one")
    factors = {}
    for name in layers:
        down = weights.pop(f"base_model.model.{name}.lora_A.weight", None)
        up = weights.pop(f"base_model.model.{name}.lora_B.weight", None)
        if down is not None and up is not None:
            scale = config.lora_alpha / (len(down) ** 0.5 if config.use_rslora else len(down))
            factors[name] = (down.t().to(like), up.t().to(like) * scale)
    if weights or not factors:
        raise ModelUnavailableError(f"{source}: not for this model: {', '.join(sorted(weights)[:3]) or 'it is empty'}")
    return Adapter(factors)


def _stacked(
    factors: Sequence[tuple[torch.Tensor, torch.Tensor] | None],
) -> tuple[torch.Tensor, torch.Tensor] | None:
    """One beside the other, filled up with zeros to the highest rank; None when no row has any."""
    given = [each for each in factors if each is not None]
    if not given:
        return None
    rank = max(down.shape[1] for down, _ in given)
    nothing = (torch.zeros_like(given[0][0]), torch.zeros_like(given[0][1]))
    pairs = [each or nothing for each in factors]
    downs = [pad(down, (0, rank - down.shape[1])) for down, _ in pairs]
    ups = [pad(up, (0, 0, 0, rank - len(up))) for _, up in pairs]
    return torch.stack(downs), torch.stack(ups)
