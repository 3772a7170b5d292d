"""Paints prompts with a trained folder and counts how often thing, colour and background are right."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor

from engine.aside import LastInLine
from engine.training.images.captions import full_caption
from engine.training.images.judge import Judge
from engine.training.images.scenes import COLOURS, HELD_OUT, THINGS, Scene, random_scene

SAMPLER_STEPS = 20
GUIDANCE = 4.0
PAINTED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and what it names; an empty word is not asked for and not judged."""

    prompt: str
    thing: str
    colour: str = ""
    background: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1 of the pictures in which what was asked for is seen."""

    name: str
    pictures: int
    thing: float
    colour: float
    background: float
    all: float


def evaluate(pipeline: StableDiffusionPipeline, judge: Judge, per_set: int, seed: int) -> list[Score]:
    sets = _question_sets(random.Random(seed), per_set)
    return [_score(name, questions, _paint(pipeline, questions, seed), judge) for name, questions in sets]


def _question_sets(rng: random.Random, count: int) -> Iterator[tuple[str, list[Question]]]:
    seen = [random_scene(rng) for _ in range(count)]
    yield "whole sentence", [_whole(scene) for scene in seen]
    pairs = sorted(HELD_OUT)
    grounds = [rng.choice([name for name in COLOURS if name != colour]) for _, colour in pairs * count][:count]
    held = [Scene(*pairs[i % len(pairs)], ground) for i, ground in enumerate(grounds)]
    yield "pair never drawn", [_whole(scene) for scene in held]
    yield "one word", [Question(thing, thing) for thing in (THINGS * count)[:count]]
    yield "two words", [Question(f"{scene.colour} {scene.thing}", scene.thing, scene.colour) for scene in seen]
    yield (
        "polite",
        [Question(f"Please paint me a {scene.colour} {scene.thing}!", scene.thing, scene.colour) for scene in seen],
    )


def _whole(scene: Scene) -> Question:
    return Question(full_caption(scene), scene.thing, scene.colour, scene.background)


def _paint(pipeline: StableDiffusionPipeline, questions: list[Question], seed: int) -> Tensor:  # (n, 3, 64, 64)
    pipeline.set_progress_bar_config(disable=True)
    generator = torch.Generator().manual_seed(seed)
    painted: list[Tensor] = []
    line = LastInLine()
    for start in range(0, len(questions), PAINTED_AT_ONCE):
        line.wait()
        prompts = [question.prompt for question in questions[start : start + PAINTED_AT_ONCE]]
        images = pipeline(
            prompts, num_inference_steps=SAMPLER_STEPS, guidance_scale=GUIDANCE, generator=generator, output_type="np"
        ).images
        painted.append(torch.from_numpy(np.round(images * 255).astype(np.uint8)).permute(0, 3, 1, 2))
    return torch.cat(painted)


def _score(name: str, questions: list[Question], pictures: Tensor, judge: Judge) -> Score:
    thing, colour, background, everything = 0, 0, 0, 0
    for question, seen in zip(questions, judge.look(pictures), strict=True):
        right = (
            question.thing == seen.thing,
            question.colour in ("", seen.colour),
            question.background in ("", seen.background),
        )
        thing, colour, background = thing + right[0], colour + right[1], background + right[2]
        everything += all(right)
    count = len(questions)
    return Score(name, count, thing / count, colour / count, background / count, everything / count)
