"""The model for the ways that use transformers' own classes."""

import logging
from typing import Any, Final, cast

import torch
import transformers
from torch import nn
from transformers import GPT2LMHeadModel

from tests.bench.text.plan import REPETITION_PENALTY, TEMPERATURE, THREADS, TOP_K, TOP_P, Plan

SAMPLING: Final[dict[str, Any]] = {
    "do_sample": True,
    "temperature": TEMPERATURE,
    "top_k": TOP_K,
    "top_p": TOP_P,
    "repetition_penalty": REPETITION_PENALTY,
}


def load(plan: Plan, dtype: torch.dtype) -> GPT2LMHeadModel:
    """On the plan's device, with all of the processor's threads."""
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    logging.getLogger("ContinuousBatchingLogger").setLevel(logging.ERROR)
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    model: GPT2LMHeadModel = GPT2LMHeadModel.from_pretrained(plan.folder, dtype=dtype)
    nn.Module.to(model, plan.device)
    model.eval()
    return model


def generate(model: GPT2LMHeadModel, **wishes: object) -> torch.Tensor:
    """The prompts and what follows them, (jobs, tokens); its own annotations are those of another class."""
    written: torch.Tensor = cast("Any", model).generate(**SAMPLING, **wishes)
    return written
