"""A few of many, each with the same chance, without holding the many."""

import random


class Samples:
    def __init__(self, count: int, seed: int) -> None:
        self._count = count
        self._rng = random.Random(seed)
        self._seen = 0
        self.texts: list[str] = []

    def offer(self, text: str) -> None:
        self._seen += 1
        if len(self.texts) < self._count:
            self.texts.append(text)
        elif (place := self._rng.randrange(self._seen)) < self._count:
            self.texts[place] = text
