"""A causal model with its tokenizer, which writes many texts at once."""

from collections.abc import Generator, Sequence
from typing import Final

import torch

from contracts.message import Parameters
from engine.device import Device
from engine.memory import budget_bytes
from engine.provenance import version_of
from engine.text.batch import Batch
from engine.text.loading import SAMPLE, decoder_for, read
from engine.text.request import request

MOST_AT_ONCE: Final = 64
# Of a machine's memory that may be filled, what the texts of one model may take.
CACHE_SHARE: Final = 0.25
# For models that name no length: that of GPT-2.
USUAL_WINDOW: Final = 1024
LARGEST_WINDOW: Final = 8192


class Writer:
    """Belongs to one thread. `window` is in tokens; `stops` are the tags and ends that are one token."""

    def __init__(self, source: str, device: Device) -> None:
        """`source` is a folder, an id on a model hub, or a GGUF file. Raises what torch and transformers raise."""
        self.tokenizer, model = read(source, device)
        config = model.config
        self.window: Final = min(int(getattr(config, "max_position_embeddings", USUAL_WINDOW)), LARGEST_WINDOW)
        self.name: Final = version_of(source, getattr(config, "_commit_hash", None))
        tags = [number for token, number in self.tokenizer.get_added_vocab().items() if token.startswith("<|")]
        self.stops: Final = frozenset(tags) | frozenset(self.tokenizer.all_special_ids)
        self._decoder = decoder_for(model, self.encode(SAMPLE)[: self.window], device)
        self.places: Final = _places(config, self.window, device)
        self._batch = Batch(self._decoder, self.places, device.place)

    @property
    def size_bytes(self) -> int:
        """Weights, and what is kept of the texts."""
        return self._decoder.size_bytes

    def encode(self, text: str) -> list[int]:
        """The ids of a text, tags included, nothing added."""
        return list(self.tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    def step(self) -> None:
        """A token more for each text."""
        self._batch.step()

    def write(
        self,
        ids: Sequence[int],
        chosen: Parameters,
        *,
        chance: torch.Generator | None = None,
        stops: frozenset[int] | None = None,
        adapter: str = "",
    ) -> Generator[list[int], None, None]:
        """What follows `ids`, grown or not, at each pull; it ends with the text, and closing it ends the text.

        `chosen` is complete. Without `chance` its seed is taken. The first of `stops` ends the text and is left out.
        Raises ValueError where `ids` and what may follow exceed the window.
        """
        if not ids or not 0 < (chosen.max_new_tokens or 0) <= self.window - len(ids):
            raise ValueError(f"{len(ids)} tokens and {chosen.max_new_tokens} more do not fit into {self.window}")
        if chance is None:
            chance = torch.Generator().manual_seed(chosen.seed or 0)
        wanted = request(ids, chosen, self.stops if stops is None else stops, chance, adapter)
        self._batch.join(wanted)
        try:
            while not wanted.is_done:
                yield wanted.written
            if wanted.error is not None:
                raise wanted.error
            yield wanted.written
        finally:
            self._batch.leave(wanted)


def _places(config: object, window: int, device: Device) -> int:
    """How many whole windows of keys and values fit into their share of the memory."""
    layers, width = getattr(config, "num_hidden_layers", 0), getattr(config, "hidden_size", 0)
    heads = getattr(config, "num_attention_heads", 1)
    kept = getattr(config, "num_key_value_heads", None) or heads
    each = 2 * layers * (width * kept // heads) * window * device.dtype.itemsize
    room = int(budget_bytes(None, device) * CACHE_SHARE)
    return max(1, min(MOST_AT_ONCE, room // each)) if each else MOST_AT_ONCE
