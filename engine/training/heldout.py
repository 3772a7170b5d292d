"""How well a text bot does on threads that it was not trained on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self, cast

import torch
from transformers import AutoTokenizer, GPT2LMHeadModel, PreTrainedTokenizerBase

from engine import dialects
from engine.dialects import Dialect, Thread
from engine.training.grammar import Lesson
from engine.training.vocabulary import Vocabulary

LONGEST_ANSWER_TOKENS: Final = 64


@dataclass(frozen=True)
class Score:
    threads: int
    perplexity: float
    finished: float  # share of answers that a tag ends in time
    acceptable: float  # share of answers that are neither empty nor a repetition
    on_subject: float  # share of answers to questions about its subjects that speak of what was asked


@dataclass(frozen=True)
class Candidate:
    """A trained model that is put to the test."""

    model: GPT2LMHeadModel
    tokenizer: PreTrainedTokenizerBase
    dialect: Dialect

    @classmethod
    def load(cls, folder: Path, dialect: Dialect) -> Self:
        """From its folder as it was written, half precision included."""
        model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        return cls(model, AutoTokenizer.from_pretrained(folder, local_files_only=True), dialect)

    @torch.inference_mode()
    def perplexity(self, lessons: Sequence[Lesson]) -> float:
        """For each token after the first of each text; what is longer than the model's window is left out."""
        loss, tokens = 0.0, 0
        for lesson in lessons:
            encoded = self.tokenizer(lesson.tagged(self.dialect), return_tensors="pt")
            ids = encoded.input_ids[:, : self.model.config.n_positions]  # (1, time)
            loss += self.model(ids, labels=ids).loss.item() * (ids.shape[1] - 1)
            tokens += ids.shape[1] - 1
        return math.exp(loss / tokens)

    def score(self, lessons: Sequence[Lesson], vocabulary: Vocabulary) -> Score:
        """Over the lessons, of whose last comments the model writes its own versions, and over the vocabulary."""
        finished = acceptable = 0
        for number, lesson in enumerate(lessons):
            *ancestors, last = lesson.thread.comments
            thread = replace(lesson.thread, comments=tuple(ancestors))
            written = self._write(thread, lesson.author, last.author, seed=number)
            finished += dialects.finished(written)
            acceptable += dialects.acceptable(dialects.answer(written), thread)
        count = len(lessons)
        return Score(count, self.perplexity(lessons), finished / count, acceptable / count, self.on_subject(vocabulary))

    def chat(self, subreddit: str, asked: str, seed: int) -> str:
        """The answer to one message under the topic "General"."""
        thread = Thread("General", asked, False, subreddit, ())
        return dialects.answer(self._write(thread, "Alice", "", seed))

    def on_subject(self, vocabulary: Vocabulary) -> float:
        """Each name and each trouble is asked about once; right is an answer that holds a line on just that."""
        lines_on: dict[str, tuple[str, ...]] = {}
        for subject in vocabulary.subject:
            for name in subject.names:
                lines_on[f"What do you think about {name}?"] = (*subject.views, *subject.tips)
            for trouble in subject.trouble:
                lines_on |= dict.fromkeys(trouble.signs, (*trouble.causes, *trouble.cures))
        right = 0
        for seed, (asked, lines) in enumerate(lines_on.items()):
            answer = self.chat(vocabulary.subreddit, asked, seed).casefold()
            right += any(line.casefold() in answer for line in lines)
        return right / len(lines_on)

    @torch.inference_mode()
    def _write(self, thread: Thread, author: str, bot: str, seed: int) -> str:
        """What the model writes where the bot's comment belongs."""
        torch.manual_seed(seed)
        limit = self.model.config.n_positions - LONGEST_ANSWER_TOKENS
        prompt = dialects.prompt(self.dialect, thread, author, bot, self._count_tokens, limit)
        encoded = self.tokenizer(prompt, return_tensors="pt")
        generating = cast(Any, self.model)  # transformers' types of `generate` fit none of its own models
        written = generating.generate(
            **encoded,
            do_sample=True,
            temperature=0.8,
            top_k=40,
            top_p=0.95,
            max_new_tokens=LONGEST_ANSWER_TOKENS,
            eos_token_id=self.tokenizer.convert_tokens_to_ids(dialects.tags(self.dialect)),
            pad_token_id=self.tokenizer.eos_token_id,
        )
        return str(self.tokenizer.decode(written[0, encoded.input_ids.shape[1] :]))

    def _count_tokens(self, text: str) -> int:
        return len(self.tokenizer(text).input_ids)
