"""Tiny models of several architectures with random weights, and writers that are pulled as a lane pulls them."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedModel

from engine.device import Device
from engine.text.batch import Batch
from engine.text.causal import Causal
from engine.text.decoder import Decoder
from engine.text.gpt2 import Gpt2
from engine.text.linear import Int8Linear, PlainLinear
from engine.text.request import Request

VOCABULARY = 300
CPU = Device(torch.device("cpu"), torch.float32)


def gpt2() -> GPT2LMHeadModel:
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=VOCABULARY, n_positions=256, n_embd=64, n_layer=3, n_head=4, bos_token_id=0, eos_token_id=0
    )
    config.initializer_range = 0.2
    model = GPT2LMHeadModel(config)
    model.eval()
    return model


def llama() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.2,
    )
    model = LlamaForCausalLM(config)
    model.eval()
    return model


MakeDecoder = Callable[[], tuple[PreTrainedModel, Decoder]]


def own_loop() -> tuple[PreTrainedModel, Decoder]:
    model = gpt2()
    return model, Gpt2(model, PlainLinear)


def gpt2_forward() -> tuple[PreTrainedModel, Decoder]:
    model = gpt2()
    return model, Causal(model)


def llama_forward() -> tuple[PreTrainedModel, Decoder]:
    model = llama()
    return model, Causal(model)


def own_loop_int8() -> tuple[PreTrainedModel, Decoder]:
    model = gpt2()
    return model, Gpt2(model, Int8Linear)


def asked(
    prompt: Sequence[int],
    limit: int = 20,
    *,
    temperature: float = 0.0,
    top_k: int = 40,
    top_p: float = 0.9,
    penalty: float = 1.0,
    seed: int = 0,
    stops: frozenset[int] = frozenset(),
    adapter: str = "",
) -> Request:
    return Request(
        prompt=prompt,
        limit=limit,
        temperature=temperature or 1.0,
        top_k=top_k if temperature else 1,
        top_p=top_p,
        repetition_penalty=penalty,
        stops=stops,
        draws=torch.rand(limit, generator=torch.Generator().manual_seed(seed)).tolist(),
        adapter=adapter,
    )


def prompt(length: int, seed: int = 0) -> list[int]:
    numbers: list[int] = torch.randint(VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed)).tolist()
    return numbers


def written(decoder: Decoder, requests: Sequence[Request], most: int = 8) -> list[list[int]]:
    """What each becomes, all in one batch from the start."""
    batch = Batch(decoder, most, CPU.place)
    for request in requests:
        batch.join(request)
    until_done(batch, requests)
    return [request.written for request in requests]


def until_done(batch: Batch, requests: Sequence[Request]) -> None:
    for _ in range(2000):
        is_over = all(request.is_done for request in requests)
        batch.step()
        if is_over:
            return
    raise AssertionError("no end")


def generated(model: Any, request: Request) -> list[int]:
    """What `generate` makes of it, greedily."""
    ids = torch.tensor([request.prompt])
    made = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        repetition_penalty=request.repetition_penalty,
        max_new_tokens=request.limit,
        eos_token_id=sorted(request.stops) or None,
        pad_token_id=0,
    )[0, len(request.prompt) :].tolist()
    return [token for token in made if token not in request.stops]
