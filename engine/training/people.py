"""Names and typing habits of the people in the training threads."""

import random

from engine.training.vocabulary import Names


def person(rng: random.Random, names: Names) -> str:
    """A name as people choose them, of many shapes, so that the bot minds none of them."""
    number = str(rng.randint(1, 99)) if rng.random() < 0.25 else ""
    shape = rng.random()
    if shape < 0.5:
        return rng.choice(names.given) + number
    if shape < 0.7:
        return rng.choice(names.general) + rng.choice(["", "-", "_"]) + number
    if shape < 0.9:
        return rng.choice(names.first) + rng.choice(["_", "", "-"]) + rng.choice(names.last) + number
    return "".join(rng.choices(names.syllables, k=rng.randint(2, 4))) + number


def typed(rng: random.Random, text: str, bot: str) -> str:
    """A question or remark the way people type into a chat: sloppy now and then, with or without the bot's name."""
    if rng.random() < 0.35:
        text = text.lower()
    if rng.random() < 0.3:
        text = text.rstrip("?!.")
    habit = rng.random()
    if habit < 0.12:
        return f"@{bot} {text}"
    if habit < 0.18:
        return f"{rng.choice(['hey', 'hi', 'so', 'ok'])} {rng.choice([bot, bot.lower(), 'bot'])}, {text}"
    if habit < 0.22:
        return f"{text} @{bot}"
    return capitalised(text) if habit < 0.6 else text


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
