"""The many ways in which people ask for a scene: in full, in one word, politely, with words left out."""

import random

from engine.training.images.scenes import Scene

OPENINGS = (
    "draw",
    "draw me",
    "please draw",
    "please draw me",
    "paint",
    "paint me",
    "please paint",
    "can you paint me",
    "could you draw",
    "would you please paint",
    "show me",
    "make me",
    "i want",
    "i would like",
    "a picture of",
    "a painting of",
    "a drawing of",
    "draw a picture of",
    "paint me a picture of",
    "hey imagebot, paint",
    "imagebot",
)
ENDINGS = ("!", ".", "?", " please", ", please", ", please!", " thanks", ", thank you")
OTHER_WORDS = {
    "small": ("little", "tiny"),
    "big": ("large", "huge", "giant"),
    "grey": ("gray",),
    "cyan": ("turquoise", "light blue"),
    "purple": ("violet",),
    "smiley": ("smiley face", "smiling face", "happy face"),
    "cat": ("kitty", "kitten"),
    "dog": ("puppy",),
    "chicken": ("hen", "rooster"),
    "boat": ("ship", "sailboat"),
    "house": ("home", "hut"),
    "square": ("box",),
    "circle": ("ball", "disc", "dot"),
    "on the left": ("to the left", "on the left side"),
    "on the right": ("to the right", "on the right side"),
    "at the top": ("on top", "up high"),
    "at the bottom": ("below", "down low"),
}


def caption(scene: Scene, rng: random.Random) -> str:
    """One way to ask for the scene; what it leaves out may look any way."""
    kind = rng.choices(["any", "thing", "colour and thing", "full"], [0.5, 0.1, 0.15, 0.25])[0]
    kept = {"any": 0.75, "thing": 0.0, "colour and thing": 0.0, "full": 1.0}[kind]
    size, colour, place, background = (
        said if rng.random() < kept else "" for said in (scene.size, scene.colour, scene.place, scene.background)
    )
    if kind == "colour and thing":
        colour = scene.colour
    words = [_say(word, rng) for word in (size, colour, scene.thing, place) if word]
    if rng.random() < 0.7:
        words.insert(0, _article(words[0]))
    return _politely(" ".join(words) + _on(background, rng), rng)


def full_caption(scene: Scene) -> str:
    """The plainest complete sentence, for measuring."""
    words = [word for word in (scene.size, scene.colour, scene.thing, scene.place) if word]
    return f"{_article(words[0])} {' '.join(words)} on {_article(scene.background)} {scene.background} background"


def _say(word: str, rng: random.Random) -> str:
    others = OTHER_WORDS.get(word, ())
    return rng.choice(others) if others and rng.random() < 0.25 else word


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _on(background: str, rng: random.Random) -> str:
    if not background:
        return ""
    word = _say(background, rng)
    a_word = f"{_article(word)} {word}"
    ways = [f" on {a_word} background", f", {word} background", f" on {word}", f" with {a_word} background"]
    return rng.choices(ways, [0.6, 0.15, 0.15, 0.1])[0]


def _politely(request: str, rng: random.Random) -> str:
    opening = f"{rng.choice(OPENINGS)} " if rng.random() < 0.35 else ""
    ending = rng.choice(ENDINGS) if rng.random() < 0.15 else ""
    return f"{opening}{request}{ending}"
