"""What a drawn picture shows: one thing of one colour and size at one place on a background."""

import random
from dataclasses import dataclass

from engine.training.images.figures import FIGURES
from engine.training.images.pen import Colour

THINGS = tuple(FIGURES)
COLOURS: dict[str, Colour] = {
    "red": (220, 40, 40),
    "green": (40, 170, 70),
    "blue": (45, 85, 220),
    "yellow": (245, 215, 50),
    "orange": (245, 140, 30),
    "purple": (140, 60, 190),
    "pink": (250, 130, 180),
    "white": (250, 250, 250),
    "black": (20, 20, 20),
    "brown": (125, 75, 40),
    "grey": (135, 135, 135),
    "cyan": (60, 205, 215),
}
# Where the figure stands, in steps from the middle.
PLACES = {"": (0, 0), "on the left": (-1, 0), "on the right": (1, 0), "at the top": (0, -1), "at the bottom": (0, 1)}

# Never drawn for training: painting them shows that words were learnt, not pictures.
HELD_OUT = frozenset(
    {
        ("cat", "purple"),
        ("star", "green"),
        ("house", "orange"),
        ("fish", "white"),
        ("heart", "brown"),
        ("car", "pink"),
        ("boat", "grey"),
        ("circle", "cyan"),
        ("tree", "red"),
        ("smiley", "blue"),
    }
)


@dataclass(frozen=True, slots=True)
class Scene:
    thing: str
    colour: str
    background: str
    size: str = ""
    place: str = ""


def random_scene(rng: random.Random) -> Scene:
    """Any scene but the held-out pairs; big things stand in the middle because they fit nowhere else."""
    thing = rng.choice(THINGS)
    colour, background = rng.sample(list(COLOURS), 2)
    if (thing, colour) in HELD_OUT:
        return random_scene(rng)
    size = rng.choices(["", "small", "big"], [0.5, 0.25, 0.25])[0]
    place = "" if size == "big" else rng.choices(list(PLACES), [0.5, 0.125, 0.125, 0.125, 0.125])[0]
    return Scene(thing, colour, background, size, place)
