"""Fifty bots asked in turn with memory for five models: with weights of their own, and as adapters of one base."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import GPT2LMHeadModel

from tests.bench.processes import module
from tests.bench.report import Figures, percentile, table
from tests.bench.text.contest import said_by
from tests.bench.text.model import GPT2, TINY, Shape, model_folder
from tests.bench.text.plan import device
from tests.bench.text.town import Town

RANK: Final = 8
# As in the model itself.
SPREAD: Final = 0.02


@dataclass(frozen=True)
class Size:
    shape: Shape
    bots: int
    room: int
    answers: int
    at_once: int
    new_tokens: int


FULL: Final = Size(GPT2, bots=50, room=5, answers=150, at_once=16, new_tokens=64)
SMALLEST: Final = Size(TINY, bots=3, room=2, answers=6, at_once=2, new_tokens=4)


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    with model_folder(size.shape) as folder:
        own = await asyncio.to_thread(_folders, folder, size.bots)
        adapted = await asyncio.to_thread(_adapters, folder, size.bots)
        found = {
            "weights of its own": await _asked(size, [(str(each), "") for each in own]),
            "adapters of one base": await _asked(size, [(str(folder), str(each)) for each in adapted]),
        }
    return _report(size, found)


def _folders(folder: Path, bots: int) -> list[Path]:
    """One model under many names: to the engine they are different, on the disk they are not."""
    copies = [folder.with_name(f"bot-{number}") for number in range(bots)]
    for copy in copies:
        shutil.copytree(folder, copy, copy_function=os.link)
    return copies


def _adapters(folder: Path, bots: int) -> list[Path]:
    """LoRA adapters with random weights for the attention of one model."""
    config = LoraConfig(r=RANK, target_modules=["c_attn"], fan_in_fan_out=True, task_type="CAUSAL_LM")
    model = get_peft_model(GPT2LMHeadModel.from_pretrained(folder), config)
    adapters = [folder.with_name(f"adapter-{number}") for number in range(bots)]
    for adapter in adapters:
        for parameter in model.parameters():
            if parameter.requires_grad:
                nn.init.normal_(parameter, std=SPREAD)
        model.save_pretrained(str(adapter))
    return adapters


async def _asked(size: Size, bots: list[tuple[str, str]]) -> dict[str, float]:
    town = Town(tuple(bots), size.room, device(), size.answers, size.at_once, size.new_tokens)
    told = await said_by(module("tests.bench.text.town", town.as_json()))
    return {
        "answers_per_s": size.answers / told["took_s"],
        "p50_s": percentile(told["waits_s"], 0.5),
        "p95_s": percentile(told["waits_s"], 0.95),
        "hit_rate": told["hits"] / told["looks"],
    }


def _report(size: Size, found: dict[str, dict[str, float]]) -> Figures:
    columns = ("each bot has", "answers/s", "p50 s", "p95 s", "hit rate")
    title = f"{size.bots} bots asked in turn by {size.at_once} people, memory for {size.room} models"
    table(title, columns, [[name, *one.values()] for name, one in found.items()])
    return {"device": device(), **found}
