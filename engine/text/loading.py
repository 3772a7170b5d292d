"""From the files of a model to something that decodes, in the way that is fastest without being wrong."""

import json
import logging
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final

import torch
import transformers
from tokenizers import AddedToken
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2LMHeadModel, PreTrainedModel

from engine.device import Device, cpu_has, cpu_has_bf16
from engine.failures import ModelUnavailableError
from engine.text.causal import Causal
from engine.text.decoder import Decoder
from engine.text.gpt2 import Gpt2, fits
from engine.text.graphs import GraphedGpt2
from engine.text.linear import Int8Linear, PlainLinear

log = logging.getLogger(__name__)

# Read once with whole numbers and once without; the words do not matter, so long as there are many kinds of them.
SAMPLE: Final = (
    "Why do hens stop laying in winter? Because the days are short: fourteen hours of light keep them at it. Mine get "
    'a lamp at 5, warm water and oyster shell, and I still find only two eggs a day. "Be patient," my grandmother '
    "said, and painted the coop blue; in March there were nine of them in the straw, one as small as a marble."
)
SAMPLE_TOKENS: Final = 128
FEWEST_TOKENS: Final = 16
# By so much may the loss rise: a fine-tuned bot's rises by two hundredths of a hundredth.
WORSE_AT_MOST: Final = 0.01
# Below this many parameters fp32 is as quick on a CPU, and exact.
SMALL: Final = 50_000_000


def read(source: str, device: Device) -> tuple[Any, PreTrainedModel]:
    """Tokenizer and model, from a folder, an id on a model hub, or a GGUF file.

    Raises what transformers raises, and ModelUnavailableError for pickled weights in which there is anything else.
    """
    # Bars and remarks about unused weights would fill the log of a service.
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    path = Path(source)
    where, packed = (str(path.parent), {"gguf_file": path.name}) if path.suffix == ".gguf" else (source, {})
    tokenizer = AutoTokenizer.from_pretrained(where, **packed, **_described_tokens(path))
    try:
        model = AutoModelForCausalLM.from_pretrained(where, dtype=device.dtype, **packed)
    except (UnpicklingError, EOFError) as error:
        # Not in torch's words, which tell how to run what is in there.
        raise ModelUnavailableError(f"{source}: its weights are broken, or not only weights") from error
    nn.Module.to(model, device.place)
    return tokenizer, model.eval()


def decoder_for(model: PreTrainedModel, sample: list[int], device: Device) -> Decoder:
    """GPT-2's own loop where it knows the model, else the model's forward pass. `sample` is the ids of SAMPLE."""
    if not isinstance(model, GPT2LMHeadModel) or not fits(model.config):
        if device.place.type == "cpu" and device.dtype == torch.float32 and _is_large(model) and cpu_has_bf16():
            nn.Module.to(model, torch.bfloat16)
        return Causal(model)
    if device.place.type == "cuda":
        return GraphedGpt2(model, PlainLinear)
    if device.place.type == "cpu" and _has_int8():
        quick = Gpt2(model, Int8Linear)
        known = [token for token in sample if token < model.config.vocab_size]
        if _keeps_its_loss(model, quick, known[:SAMPLE_TOKENS]):
            return quick
    return Gpt2(model, PlainLinear)


def _described_tokens(folder: Path) -> dict[str, list[str | AddedToken]]:
    """Special tokens that transformers 4 saved with their properties; transformers 5 takes bare strings only."""
    file = folder / "special_tokens_map.json"
    listed = json.loads(file.read_text("utf-8")).get("additional_special_tokens", []) if file.is_file() else []
    if not any(isinstance(token, dict) for token in listed):
        return {}
    described = [AddedToken(**token | {"special": True}) if isinstance(token, dict) else token for token in listed]
    return {"additional_special_tokens": described}


@torch.inference_mode()
def _keeps_its_loss(model: GPT2LMHeadModel, quick: Gpt2, sample: list[int]) -> bool:
    if len(sample) < FEWEST_TOKENS:
        return False
    following = torch.tensor(sample[1:])
    exact_loss = cross_entropy(model(torch.tensor([sample])).logits[0, :-1], following).item()
    quick_loss = cross_entropy(quick.score(sample)[:-1], following).item()
    is_kept = quick_loss <= exact_loss * (1 + WORSE_AT_MOST)
    log.info("loss %.4f in fp32, %.4f in int8: %s", exact_loss, quick_loss, "int8" if is_kept else "fp32")
    return is_kept


def _has_int8() -> bool:
    """Only processors with instructions for it; others are slow or round wrongly."""
    return cpu_has("avx512_vnni", "avx_vnni")


def _is_large(model: PreTrainedModel) -> bool:
    return sum(parameter.numel() for parameter in model.parameters()) > SMALL
