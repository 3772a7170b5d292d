"""A bot's own answers to questions, written by the engine's own code, many at once."""

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine import dialects
from engine.device import choose, loading
from engine.failures import ModelUnavailableError
from engine.growing import GrowingText
from engine.kinds.gpt2 import DEFAULTS
from engine.text.writer import Writer
from engine.training.problems import TrainingError
from engine.training.tagged import Question

# An answer that has not ended after so many tokens, or after half the model's window, has lost its end.
LONGEST_TOKENS: Final = 128


@dataclass(frozen=True)
class Answered:
    """`is_closed` tells that a tag ended the answer."""

    question: Question
    text: str
    is_closed: bool


class Answering:
    """A bot that is put to the test."""

    def __init__(self, folder: Path) -> None:
        """Raises TrainingError where it cannot be loaded."""
        try:
            with loading(str(folder)):
                self.writer: Final = Writer(str(folder), choose("auto"))
        except ModelUnavailableError as error:
            raise TrainingError(f"The bot cannot be loaded: {error}") from error
        self._longest: Final = min(LONGEST_TOKENS, self.writer.window // 2)

    def has_room(self, question: Question) -> bool:
        return len(self.writer.encode(question.prompt)) <= self.writer.window - self._longest

    def answers(self, questions: Iterable[Question], seed: int) -> list[Answered]:
        """In their order; each with a seed of its own."""
        waiting = deque(enumerate(questions))
        running: dict[int, Generator[None, None, Answered]] = {}
        done: dict[int, Answered] = {}
        while waiting or running:
            while waiting and len(running) < self.writer.places:
                number, question = waiting.popleft()
                running[number] = self._answer(question, seed + number)
            self.writer.step()
            for number, writing in list(running.items()):
                try:
                    next(writing)
                except StopIteration as end:
                    done[number] = end.value
                    del running[number]
        return [done[number] for number in sorted(done)]

    def _answer(self, question: Question, seed: int) -> Generator[None, None, Answered]:
        chosen = DEFAULTS.model_copy(update={"max_new_tokens": self._longest, "seed": seed})
        growing, text, ids = GrowingText(self.writer.tokenizer), "", list[int]()
        for ids in self.writer.write(self.writer.encode(question.prompt), chosen):
            text = growing.read(ids)
            if dialects.finished(text):
                break
            yield
        is_closed = dialects.finished(text) or len(ids) < self._longest
        return Answered(question, dialects.answer(text), is_closed)
