"""Where a pipeline's weights lie, and how it gets by with less memory."""

import gc
import logging
from typing import Final

import torch
from diffusers import DiffusionPipeline
from torch import nn

from engine.memory import size_bytes_of

log = logging.getLogger(__name__)

# Where convolutions like a pixel's channels side by side: a twentieth of a picture's time on a CPU.
CHANNELS_LAST: Final = frozenset(("cpu", "cuda"))


def weights_bytes(pipeline: DiffusionPipeline) -> int:
    """Of all its parts together."""
    return sum(size_bytes_of(part) for part in _networks(pipeline))


def free_bytes(place: torch.device) -> int | None:
    """Of a graphics card; None where the models' memory is the computer's own, to which offloading saves nothing."""
    return torch.cuda.mem_get_info(place)[0] if place.type == "cuda" else None


def put_on(pipeline: DiffusionPipeline, place: torch.device, free: int | None) -> bool:
    """Moves the weights to their device, in the layout that is quickest there.

    False when they do not fit, and each part goes there only while it runs.
    """
    if place.type in CHANNELS_LAST:
        for layer in (layer for part in _networks(pipeline) for layer in part.modules()):
            # Those of films have one more dimension, for which this layout is not.
            if isinstance(layer, nn.Conv2d):
                # Not in torch's annotations.
                layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    weights = weights_bytes(pipeline)
    if free is None or weights <= free:
        pipeline.to(place)
        return True
    log.warning(
        "%s: %.1f GB of weights, %.1f GB free on %s: kept in the computer's memory, one part there at a time",
        type(pipeline).__name__,
        weights / 1e9,
        free / 1e9,
        place,
    )
    pipeline.enable_model_cpu_offload(device=place)
    return False


def spare(pipeline: DiffusionPipeline, reason: str) -> None:
    """From now on attention, and the decoding of large pictures, is done in pieces: slower, and in less memory."""
    log.warning("%s: paints in pieces from now on: %s", type(pipeline).__name__, reason)
    pipeline.enable_attention_slicing()
    vae = getattr(pipeline, "vae", None)
    for wish in ("enable_slicing", "enable_tiling"):
        if hasattr(vae, wish):
            getattr(vae, wish)()
    # What the failed try held is in cycles of frames and errors.
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _networks(pipeline: DiffusionPipeline) -> list[nn.Module]:
    return [part for part in pipeline.components.values() if isinstance(part, nn.Module)]
