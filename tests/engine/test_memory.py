"""What models may fill, and what one will take: told before it is loaded, and never too little."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import DiffusionPipeline
from gguf import GGUFWriter
from huggingface_hub import constants
from safetensors.torch import save_file
from torch import nn
from transformers import AutoModelForCausalLM, GPT2LMHeadModel

from engine.device import Device
from engine.memory import MIB, budget_bytes, control_group_limits, estimated_bytes, size_bytes_of, size_in_words
from engine.weights import missing_from
from tests.engine.conftest import ROOT, save_gpt2

CPU = Device(torch.device("cpu"), torch.float32)
IMAGE_BOT = ROOT / "engine" / "bots" / "ImageBot"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_gpt2(tmp_path / "model")
    return tmp_path / "model"


def held_by(folder: Path, dtype: torch.dtype) -> int:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    assert isinstance(model, nn.Module)
    return size_bytes_of(model)


def test_a_wish_comes_before_what_seems_wise() -> None:
    assert budget_bytes(100, CPU) == 100 * MIB


def test_the_budget_leaves_half_of_the_machine_and_no_wish_is_larger_than_it() -> None:
    assert budget_bytes(2**40, CPU) == pytest.approx(2 * budget_bytes(None, CPU), abs=1)


def test_the_limits_of_a_container_are_found_above_the_process_too(tmp_path: Path) -> None:
    inner = tmp_path / "pods" / "engine"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text("1000\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("2000\n")
    assert control_group_limits("0::/pods/engine\n", tmp_path) == [1000]
    assert control_group_limits("3:cpu:/\n4:memory:/\n", tmp_path) == [2000]
    assert control_group_limits("", tmp_path) == []


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_estimate_is_what_the_loaded_model_holds_whatever_it_was_saved_in(folder: Path, dtype: torch.dtype) -> None:
    assert estimated_bytes(str(folder), "gpt2", dtype) == held_by(folder, dtype)
    GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float16).save_pretrained(folder)
    assert estimated_bytes(str(folder), "gpt2", dtype) == held_by(folder, dtype)


def test_weights_in_several_files_count_together_and_one_that_is_gone_is_named(folder: Path) -> None:
    held = held_by(folder, torch.float32)
    model = GPT2LMHeadModel.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="40KB")
    assert (folder / "model.safetensors.index.json").is_file()
    assert estimated_bytes(str(folder), "gpt2", torch.float32) == held
    shard = min(folder.glob("model-*.safetensors"))
    shard.unlink()
    assert estimated_bytes(str(folder), "gpt2", torch.float32) is None
    assert missing_from(folder, "gpt2") == [shard.name]


def test_a_pickle_is_taken_by_its_size_and_not_opened(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"never read" * 100)
    assert estimated_bytes(str(folder), "gpt2", torch.float32) == 1000
    assert missing_from(folder, "gpt2") == []


def test_a_pipeline_is_the_sum_of_its_parts() -> None:
    pipeline = DiffusionPipeline.from_pretrained(IMAGE_BOT, dtype=torch.float32)
    parts = [part for part in pipeline.components.values() if isinstance(part, nn.Module)]
    held = sum(map(size_bytes_of, parts))  # with a few buffers that are made anew at each load
    assert estimated_bytes(str(IMAGE_BOT), "diffusion", torch.float32) == pytest.approx(held, rel=1e-4)
    assert missing_from(IMAGE_BOT, "diffusion") == []


def test_a_part_of_a_pipeline_that_is_gone_is_named(tmp_path: Path) -> None:
    index = {"_class_name": "P", "unet": ["diffusers", "U"], "text_encoder": ["transformers", "T"], "vae": [None, None]}
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    (tmp_path / "text_encoder").mkdir()
    (tmp_path / "text_encoder" / "config.json").write_text("{}")
    assert missing_from(tmp_path, "diffusion") == ["unet", "text_encoder/model.safetensors"]
    assert estimated_bytes(str(tmp_path), "diffusion", torch.float32) is None


def test_packed_weights_are_counted_as_they_unpack(tmp_path: Path) -> None:
    writer = GGUFWriter(tmp_path / "tiny.gguf", "llama")
    writer.add_tensor("a", torch.zeros(64, 32).half().numpy())
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()
    assert estimated_bytes(str(tmp_path / "tiny.gguf"), "chat", torch.bfloat16) == 64 * 32 * 2
    assert missing_from(tmp_path / "tiny.gguf", "chat") == []


def test_integers_stay_as_they_were_saved(tmp_path: Path) -> None:
    tensors = {"packed": torch.zeros(10, dtype=torch.uint8), "scale": torch.zeros(10, dtype=torch.float16)}
    save_file(tensors, tmp_path / "model.safetensors")
    assert estimated_bytes(str(tmp_path), "chat", torch.float32) == 10 + 40


def test_a_model_of_a_hub_counts_where_it_was_downloaded_and_is_unknown_before(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert estimated_bytes("house/hen", "gpt2", torch.float32) is None
    cached = tmp_path / "models--house--hen"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("0" * 40)
    (cached / "snapshots").mkdir()
    folder.rename(cached / "snapshots" / ("0" * 40))
    assert estimated_bytes("house/hen", "gpt2", torch.float32)


def _cut(whole: bytes) -> bytes:
    return whole[:-1]


def _without_numbers(whole: bytes) -> bytes:
    return whole[: 8 + int.from_bytes(whole[:8], "little")]


def _lying(whole: bytes) -> bytes:
    return (2**63).to_bytes(8, "little") + whole[8:]


def _other_json(_whole: bytes) -> bytes:
    return (13).to_bytes(8, "little") + b'{"a": [1, 2]}'


def _negative(_whole: bytes) -> bytes:
    header = b'{"a":{"dtype":"F32","shape":[-9],"data_offsets":[0,0]}}'
    return len(header).to_bytes(8, "little") + header


@pytest.mark.parametrize(
    "broken",
    [
        _cut,
        _without_numbers,
        _lying,
        _other_json,
        _negative,
        lambda _: b"",
        lambda _: b"\xff" * 100,
        lambda _: b"\0" * 8,
    ],
)
@pytest.mark.parametrize("name", ["model.safetensors", "model.gguf"])
def test_of_broken_weights_nothing_is_known(folder: Path, name: str, broken: Callable[[bytes], bytes]) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(broken(whole))
    source = folder / name if name.endswith(".gguf") else folder
    assert estimated_bytes(str(source), "gpt2", torch.float32) is None


@pytest.mark.parametrize("source", ["", "a/b/c", "no such folder"])
def test_of_what_is_no_model_nothing_is_known(source: str) -> None:
    assert not estimated_bytes(source, "gpt2", torch.float32)


def test_weights_that_two_layers_share_count_once() -> None:
    tied = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
    tied[1].weight = tied[0].weight
    assert size_bytes_of(tied) == 4 * 4 * 4


@pytest.mark.parametrize(
    ("size_bytes", "said"), [(0, "0.0 MiB"), (9 * MIB, "9.0 MiB"), (512 * MIB, "512 MiB"), (1536 * MIB, "1.5 GiB")]
)
def test_sizes_are_told_in_words(size_bytes: int, said: str) -> None:
    assert size_in_words(size_bytes) == said
