"""A picture by the engine's painter, from the job to the files, beside a bare call of the same pipeline."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch
from diffusers import StableDiffusionPipeline

from contracts.message import Parameters
from engine.answers import Answer
from engine.bots import Bot
from engine.kinds.painting import open_model
from tests.bench.report import Figures, median, table, verdict
from tests.engine.checkpoints import IMAGEBOT, save_stable_diffusion
from tests.engine.desk import job
from tests.engine.fetching import nothing

TARGET: Final = 0.97
SEED: Final = 1
GUIDANCE: Final = 4.0
PROMPT: Final = "a red star"


@dataclass(frozen=True)
class Size:
    """`rounds` of one picture by each after `warm_ups`; the random model's channels, and its steps."""

    rounds: int
    warm_ups: int
    steps: int
    channels: tuple[int, ...]


@dataclass(frozen=True)
class Times:
    """Where others share the cores, only the time of the CPU says what the work costs."""

    ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Found:
    """Medians of what a picture took, and of the shares of the rounds: what slows the machine slows both in a round."""

    bare: Times
    ours: Times
    share: float
    share_of_cpu: float


FULL: Final = Size(rounds=15, warm_ups=2, steps=20, channels=(96, 192))
SMALLEST: Final = Size(rounds=1, warm_ups=0, steps=1, channels=(8, 16))


async def run(smallest: bool) -> Figures:
    size = SMALLEST if smallest else FULL
    with tempfile.TemporaryDirectory() as folder:
        random = save_stable_diffusion(Path(folder) / "random", channels=size.channels, steps_as_asked=True)
        found = {"ImageBot, 64 px": _measured(IMAGEBOT, 4, size), "random, 256 px": _measured(random, 1, size)}
    return _report(size, found)


def _measured(folder: Path, upscale: int, size: Size) -> Found:
    """Both paint the same picture and take turns."""
    painters = (_bare(folder, size.steps), _ours(folder, upscale, size.steps))
    times: tuple[list[Times], list[Times]] = ([], [])
    for number in range(size.warm_ups + size.rounds):
        for paint, into in zip(painters, times, strict=True):
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            paint()
            if number >= size.warm_ups:
                into.append(Times((time.perf_counter() - began_s) * 1000, (time.process_time() - began_cpu_s) * 1000))
    bare, ours = (Times(median(each.ms for each in of), median(each.cpu_ms for each in of)) for of in times)
    rounds = list(zip(*times, strict=True))
    return Found(
        bare,
        ours,
        share=median(bare.ms / ours.ms for bare, ours in rounds),
        share_of_cpu=median(bare.cpu_ms / ours.cpu_ms for bare, ours in rounds),
    )


def _bare(folder: Path, steps: int) -> Callable[[], object]:
    pipeline = StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)

    def paint() -> object:
        noise = torch.Generator("cpu").manual_seed(SEED)
        return pipeline(PROMPT, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=noise).images[0]

    return paint


def _ours(folder: Path, upscale: int, steps: int) -> Callable[[], object]:
    easel = open_model(str(folder), "cpu")
    bot = Bot(name="ImageBot", kind="diffusion", model=str(folder), upscale=upscale)
    asked = job("ImageBot", PROMPT, Parameters(steps=steps, guidance=GUIDANCE, seed=SEED))

    def paint() -> object:
        *_, answer = easel.answer(bot, asked, nothing)
        if not isinstance(answer, Answer) or len(answer.drawings) != 1:
            raise RuntimeError(f"no picture: {answer}")
        return answer

    return paint


def _report(size: Size, found: dict[str, Found]) -> Figures:
    rows = [[name, one.bare.ms, one.ours.ms, one.share, one.share_of_cpu] for name, one in found.items()]
    columns = ("model", "bare pipeline, ms", "engine, ms", "share", "share of CPU time")
    table(f"A picture of {size.steps} steps, with its PNG, its thumbnail and previews in the engine", columns, rows)
    return {
        "picture": {name: asdict(one) for name, one in found.items()},
        "targets": {
            name: verdict(f"{name}: bare time by the engine's", one.share, TARGET) for name, one in found.items()
        },
    }
