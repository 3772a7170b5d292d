"""LoRA adapters: what peft makes of them, each row with its own, over one base."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model

from engine.failures import ModelUnavailableError
from tests.engine.text.conftest import (
    MakeDecoder,
    asked,
    generated,
    gpt2,
    gpt2_forward,
    own_loop,
    own_loop_int8,
    prompt,
    written,
)

# What peft's own code sets off in transformers, and what it says of adapters that hold more than LoRA.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.is_gradient_checkpointing.:FutureWarning", "ignore:Model has .tie_word"
)


def save_adapter(folder: Path, seed: int, rank: int = 4, **settings: object) -> str:
    """With weights large enough to change every answer."""
    config = LoraConfig(r=rank, target_modules=["c_attn", "mlp.c_proj"], fan_in_fan_out=True, **settings)  # type: ignore[arg-type]
    adapted = get_peft_model(gpt2(), config)
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.normal_(std=0.2)
    adapted.save_pretrained(str(folder))
    return str(folder)


@pytest.mark.parametrize("make", [own_loop, gpt2_forward])
def test_rows_with_their_own_adapters_say_what_peft_says(make: MakeDecoder, tmp_path: Path) -> None:
    _, decoder = make()
    sources = ["", save_adapter(tmp_path / "a", 1), save_adapter(tmp_path / "b", 2, rank=8, use_rslora=True), ""]
    requests = [asked(prompt(20, seed), 25, adapter=source) for seed, source in enumerate(sources)]
    results = written(decoder, requests, most=3)
    for request, result in zip(requests, results, strict=True):
        model = PeftModel.from_pretrained(gpt2(), request.adapter) if request.adapter else gpt2()
        assert result == generated(model, request)
    assert results[1] != generated(gpt2(), requests[1])


def test_adapters_are_counted_in_the_size(tmp_path: Path) -> None:
    _, decoder = own_loop_int8()
    before = decoder.size_bytes
    written(decoder, [asked(prompt(4), 2, adapter=save_adapter(tmp_path, 1))])
    assert decoder.size_bytes > before


@pytest.mark.parametrize("settings", [{"use_dora": True}, {"modules_to_save": ["lm_head"]}])
def test_an_adapter_that_does_more_than_lora_is_refused(tmp_path: Path, settings: dict[str, object]) -> None:
    _, decoder = own_loop()
    request = asked(prompt(4), 2, adapter=save_adapter(tmp_path, 1, 4, **settings))
    written(decoder, [request])
    assert isinstance(request.error, ModelUnavailableError)


def test_an_adapter_that_is_not_there_fails_its_own_text_alone(tmp_path: Path) -> None:
    _, decoder = own_loop()
    lost, fine = asked(prompt(4), 5, adapter=str(tmp_path)), asked(prompt(4), 5)
    assert len(written(decoder, [lost, fine])[1]) == 5
    assert isinstance(lost.error, ModelUnavailableError)
