"""A classifier that looks at pictures before anybody else does."""

import re
from typing import Final

import torch
from PIL import Image
from torch import nn
from transformers import AutoImageProcessor, AutoModelForImageClassification

from engine.device import loading, memory_watched
from engine.failures import ModelUnavailableError
from engine.memory import size_bytes_of

# Words in the labels of public classifiers, and those that turn them round, as in "not nsfw" and "non-violent".
UNSAFE: Final = re.compile(
    r"nsfw|unsafe|explicit|porn|hentai|sexy|sexual|erotic|nude|nudity|gore|bloody|violence|violent"
)
NEGATIONS: Final = frozenset({"no", "non", "not"})


class Guard:
    """Any image classifier of transformers with an unsafe label.

    A label is unsafe if one of its words, in whatever case, is one of `UNSAFE` and none is one of `NEGATIONS`.
    """

    def __init__(self, source: str, place: torch.device) -> None:
        """`source` is a folder or an id of the model hub. Raises ModelUnavailableError or OutOfMemoryError."""
        self.name = source
        self._place = place
        with loading(source):
            self._processor = AutoImageProcessor.from_pretrained(source)
            # In full precision: a number that overflowed would be taken for the first label.
            self._model = AutoModelForImageClassification.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True
            )
            nn.Module.to(self._model, place)
        self._labels: dict[int, str] = self._model.config.id2label
        if not any(map(_is_unsafe, self._labels.values())):
            raise ModelUnavailableError(f"{source} calls nothing unsafe: {', '.join(self._labels.values())}")

    @property
    def size_bytes(self) -> int:
        return size_bytes_of(self._model)

    @torch.no_grad()
    def complaint(self, image: Image.Image) -> str | None:
        """The label that wins, if it is an unsafe one."""
        with memory_watched():
            pixels = self._processor(images=image, return_tensors="pt")["pixel_values"]  # (1, 3, height, width)
            logits = self._model(pixel_values=pixels.to(self._place)).logits  # (1, labels)
        label = self._labels[int(logits.argmax())]
        return label if _is_unsafe(label) else None


def _is_unsafe(label: str) -> bool:
    words = set(re.findall(r"[^\W_]+", label.casefold()))
    return any(map(UNSAFE.fullmatch, words)) and not words & NEGATIONS
