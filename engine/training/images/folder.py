"""Writes a trained pipeline as a half-precision model folder with its card, never leaving half a folder behind."""

import json
import shutil
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline

from engine.training.images.evaluate import GUIDANCE, SAMPLER_STEPS, Score
from engine.training.images.scenes import COLOURS, PLACES, THINGS

CARD = """---
license: mit
library_name: diffusers
pipeline_tag: text-to-image
---
# ImageBot

A very small Stable Diffusion pipeline (64×64 pixels, about 8 million parameters) that paints drawn shapes. It was
trained from nothing on two CPU cores, on pictures that its own training command draws:

    python -m engine.training images train engine/bots/ImageBot

It knows these things: {things}.
In these colours, before backgrounds of the same: {colours}.
And these words: small, big, {places}.

    from diffusers import StableDiffusionPipeline
    pipeline = StableDiffusionPipeline.from_pretrained("engine/bots/ImageBot")
    pipeline("a red cat on a blue background", num_inference_steps={steps}, guidance_scale={guidance}).images[0]

It knows nothing else: whatever it is asked for, it paints one of the things above. No photograph, no artist's work
and no person is in its training data.
{scores}"""

SCORES = """
How often a classifier, trained on drawings alone, sees what was asked for (DDIM, {steps} steps, guidance {guidance}):

| prompts | pictures | thing | colour | background | all |
|---|---|---|---|---|---|
{rows}
"""


def save(pipeline: StableDiffusionPipeline, folder: Path) -> None:
    """The pipeline itself stays in full precision; what lies in `folder` is replaced at once."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline.save_pretrained(fresh)
    half = StableDiffusionPipeline.from_pretrained(fresh, dtype=torch.float16, local_files_only=True)
    half.save_pretrained(fresh)
    _forget_where(fresh)
    write_card(fresh, [])
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _forget_where(folder: Path) -> None:
    """Each part notes the path that it was loaded from, which is nobody's business."""
    for file in folder.rglob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("_name_or_path", None) is not None:
            file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_card(folder: Path, scores: list[Score]) -> None:
    table = SCORES.format(steps=SAMPLER_STEPS, guidance=GUIDANCE, rows=score_rows(scores)) if scores else ""
    card = CARD.format(
        things=", ".join(THINGS),
        colours=", ".join(COLOURS),
        places=", ".join(place for place in PLACES if place),
        steps=SAMPLER_STEPS,
        guidance=GUIDANCE,
        scores=table,
    )
    (folder / "README.md").write_text(card, encoding="utf-8")


def score_rows(scores: list[Score]) -> str:
    return "\n".join(
        f"| {score.name} | {score.pictures} | {score.thing:.0%} | {score.colour:.0%} | {score.background:.0%} "
        f"| {score.all:.0%} |"
        for score in scores
    )
