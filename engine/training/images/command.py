"""`python -m engine.training images train|evaluate`: makes ImageBot's model folder and measures one."""

import argparse
import json
import logging
import random
from dataclasses import asdict
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline

from engine.training.images.autoencoder import encode, fidelity_db, train_autoencoder
from engine.training.images.denoiser import CONTINUED_LEARNING_RATE, LEARNING_RATE, train_denoiser, untrained
from engine.training.images.evaluate import evaluate
from engine.training.images.folder import save, score_rows, write_card
from engine.training.images.judge import train_judge
from engine.training.images.pictures import draw_all
from engine.training.images.scenes import random_scene
from engine.training.images.tokenizer import train_tokenizer

log = logging.getLogger(__name__)

SEED = 5
FRESH_PICTURES = 128  # to measure the autoencoder with


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    images = subparsers.add_parser("images", help="ImageBot: a small Stable Diffusion pipeline that paints shapes")
    commands = images.add_subparsers(required=True)
    training = commands.add_parser("train", help="about 40 minutes on two CPU cores")
    training.add_argument("folder", type=Path, help="where the model folder is written")
    training.add_argument("--continue-from", type=Path, help="a folder made by this command, to learn on from there")
    training.add_argument("--pictures", type=int, default=36000, help="how many pictures are drawn to learn from")
    training.add_argument("--autoencoder-steps", type=int, default=4500)
    training.add_argument("--denoiser-steps", type=int, default=6000)
    training.add_argument("--checkpoint-steps", type=int, default=1000, help="the folder is usable after so many")
    training.set_defaults(run=_train)
    measuring = commands.add_parser("evaluate", help="writes into the card how often pictures are right")
    measuring.add_argument("folder", type=Path)
    measuring.set_defaults(run=_evaluate)
    for command in (training, measuring):
        command.add_argument("--judge-steps", type=int, default=1000)
        command.add_argument("--questions", type=int, default=200, help="pictures painted for each kind of prompt")


def _train(arguments: argparse.Namespace) -> None:
    rng = random.Random(SEED)
    scenes = [random_scene(rng) for _ in range(arguments.pictures)]
    pictures = draw_all(scenes, rng)
    log.info("drew %d pictures", len(pictures))
    if arguments.continue_from:
        pipeline = _loaded(arguments.continue_from)
        latents, rate = encode(pipeline.vae, pictures), CONTINUED_LEARNING_RATE
    else:
        autoencoder = train_autoencoder(pictures, arguments.autoencoder_steps, SEED)
        latents, rate = encode(autoencoder, pictures), LEARNING_RATE
        pipeline = untrained(autoencoder, train_tokenizer(SEED), latents)
    fresh = draw_all([random_scene(rng) for _ in range(FRESH_PICTURES)], rng)
    log.info("autoencoder: %.1f dB on fresh drawings", fidelity_db(pipeline.vae, fresh))
    checkpoints = train_denoiser(
        pipeline, latents, scenes, arguments.denoiser_steps, rate, arguments.checkpoint_steps, SEED
    )
    for pipeline in checkpoints:
        save(pipeline, arguments.folder)
        log.info("saved %s", arguments.folder)
    _evaluate(arguments)


def _evaluate(arguments: argparse.Namespace) -> None:
    """Of the folder as it was written, half precision included; prints a table, and JSON in the last line."""
    pipeline = _loaded(arguments.folder)
    judge = train_judge(arguments.judge_steps, SEED)
    scores = evaluate(pipeline, judge, arguments.questions, SEED)
    print(score_rows(scores))
    print(json.dumps([asdict(score) for score in scores]))
    write_card(arguments.folder, scores)


def _loaded(folder: Path) -> StableDiffusionPipeline:
    return StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
