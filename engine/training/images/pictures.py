"""Draws a scene as pixels."""

import random

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.training.images.figures import FIGURES
from engine.training.images.pen import Colour, Pen
from engine.training.images.scenes import COLOURS, PLACES, Scene

SIDE = 64
PAPER = 256  # drawn four times larger and shrunk, because Pillow's strokes have hard edges
RADIUS = {"": 70.0, "small": 38.0, "big": 96.0}
RADIUS_ASIDE = 60.0  # a figure of usual size that has to fit beside the middle


def draw(scene: Scene, rng: random.Random) -> NDArray[np.uint8]:  # (64, 64, 3)
    """The scene with a little chance in place, size and shade."""
    radius = RADIUS_ASIDE if scene.place and not scene.size else RADIUS[scene.size]
    radius *= rng.uniform(0.93, 1.07)
    colour, background = (_tinted(COLOURS[name], rng) for name in (scene.colour, scene.background))
    image = Image.new("RGB", (PAPER, PAPER), background)
    x, y = (_position(step, radius, rng) for step in PLACES[scene.place])
    FIGURES[scene.thing](Pen(ImageDraw.Draw(image), x, y, radius, colour, background))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def draw_all(scenes: list[Scene], rng: random.Random) -> torch.Tensor:
    """Bytes of shape (scenes, 3, 64, 64)."""
    drawn = np.stack([draw(scene, rng) for scene in scenes])
    return torch.from_numpy(drawn).permute(0, 3, 1, 2).contiguous()


def as_floats(pictures: torch.Tensor) -> torch.Tensor:
    """Bytes to the range -1 … 1 that the models see."""
    return pictures.float().div_(127.5).sub_(1)


def _position(step: int, radius: float, rng: random.Random) -> float:
    reach = PAPER / 2 - radius * 1.12 - 6
    return PAPER / 2 + (step * reach * rng.uniform(0.85, 1) if step else rng.uniform(-8, 8))


def _tinted(colour: Colour, rng: random.Random) -> Colour:
    red, green, blue = (max(0, min(255, round(part + rng.uniform(-10, 10)))) for part in colour)
    return red, green, blue
