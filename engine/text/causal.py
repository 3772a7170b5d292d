"""Any causal language model through its own forward pass: rows side by side, filled up on the left."""

from collections.abc import Sequence
from typing import Final

import torch
from peft import PeftModel
from torch.nn.functional import pad
from transformers import DynamicCache, PreTrainedModel

from engine.device import loading
from engine.memory import size_bytes_of
from engine.text.decoder import remaining

# What peft calls a row without an adapter.
NO_ADAPTER: Final = "__base__"


class Causal:
    """`_mask` says which places of the cache a row really has, (rows, tokens)."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model: PreTrainedModel | PeftModel = model
        self._device = model.device
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []  # key and value, (rows, heads, tokens, head width)
        self._mask = torch.ones(0, 0, dtype=torch.long, device=self._device)
        self._adapted: list[str] = []
        self._adapters: dict[str, str] = {}

    @property
    def rows(self) -> int:
        return len(self._adapted)

    @property
    def size_bytes(self) -> int:
        """Weights, adapters and cache."""
        return size_bytes_of(self._model) + sum(key.nbytes + value.nbytes for key, value in self._layers)

    @torch.inference_mode()
    def join(self, ids: Sequence[int], adapter: str) -> torch.Tensor:
        mask = torch.ones(1, len(ids), dtype=torch.long, device=self._device)
        logits, layers = self._run(torch.tensor([ids], device=self._device), mask, [], [adapter])
        if self._layers:
            width = max(len(ids), self._mask.shape[1])
            layers = [
                (_joined(held_key, key, width), _joined(held_value, value, width))
                for (held_key, held_value), (key, value) in zip(self._layers, layers, strict=True)
            ]
            mask = torch.cat([_filled(self._mask, width), _filled(mask, width)])
        self._layers, self._mask = layers, mask
        self._adapted.append(adapter)
        return logits

    @torch.inference_mode()
    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        mask = pad(self._mask, (0, 1), value=1)
        ids = torch.tensor(tokens, device=self._device)[:, None]
        logits, self._layers = self._run(ids, mask, self._layers, self._adapted)
        self._mask = mask
        return logits

    @torch.inference_mode()
    def drop(self, gone: Sequence[int]) -> None:
        order = remaining(self.rows, gone)
        self._adapted = [self._adapted[row] for row in order]
        if not order:
            self._layers, self._mask = [], self._mask[:0, :0]
            return
        rows = torch.tensor(order, device=self._device)
        self._mask = self._mask[rows]
        # What nobody has on the left is cut off.
        first = int(self._mask.any(0).int().argmax())
        self._mask = self._mask[:, first:]
        self._layers = [(key[rows, :, first:], value[rows, :, first:]) for key, value in self._layers]

    def _run(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor,
        layers: list[tuple[torch.Tensor, torch.Tensor]],
        adapters: Sequence[str],
    ) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
        """The logits after each row's last token, and the cache with `ids` in it."""
        # Without the model's own settings, so that each layer keeps all of its past, as the mask says.
        cache = DynamicCache(layers) if layers else DynamicCache()
        places = (mask.cumsum(1) - 1).clamp_min(0)[:, -ids.shape[1] :]
        named = self._named(adapters)
        chosen = {"adapter_names": named} if isinstance(self._model, PeftModel) else {}
        said = self._model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
            **chosen,
        )
        return said.logits[:, -1].float(), [_held(layer) for layer in cache.layers]

    def _named(self, adapters: Sequence[str]) -> list[str]:
        """Peft's name of each row's adapter; those that are new are loaded."""
        for source in adapters:
            if source and source not in self._adapters:
                name = f"adapter-{len(self._adapters)}"
                with loading(source):
                    if isinstance(self._model, PeftModel):
                        self._model.load_adapter(source, name)
                    else:
                        self._model = PeftModel.from_pretrained(self._model, source, name)
                self._model.eval()
                self._adapters[source] = name
        return [self._adapters[source] if source else NO_ADAPTER for source in adapters]


def _held(layer: object) -> tuple[torch.Tensor, torch.Tensor]:
    """Raises ValueError for models that remember in another way than by keys and values."""
    key, value = getattr(layer, "keys", None), getattr(layer, "values", None)
    if not isinstance(key, torch.Tensor) or not isinstance(value, torch.Tensor):
        raise ValueError(f"a layer of {type(layer).__name__} has no keys and values")
    return key, value


def _joined(held: torch.Tensor, new: torch.Tensor, width: int) -> torch.Tensor:
    return torch.cat([pad(part, (0, 0, width - part.shape[2], 0)) for part in (held, new)])


def _filled(mask: torch.Tensor, width: int) -> torch.Tensor:
    return pad(mask, (width - mask.shape[1], 0))
