"""Answers in threads of tagged text, with GPT-2 or any causal model that was trained on such threads."""

import time
from collections.abc import Generator, Sequence
from typing import Final

import torch

from contracts.jobs import Job
from contracts.message import Parameters
from engine import dialects
from engine.answers import Answer, Fetch, Generation, Model, Snapshot
from engine.bots import Bot
from engine.device import choose, loading
from engine.failures import SpeechlessError
from engine.growing import GrowingText
from engine.text.writer import Writer
from engine.wishes import seeded_wishes

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(max_new_tokens=100, temperature=0.8, top_k=50, top_p=0.95, repetition_penalty=1.1)
# An answer that is empty or repeats the thread is made again, so many times in all.
TRIES: Final = 3


def open_model(source: str, device: str) -> "TaggedText":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    with loading(source):
        return TaggedText(Writer(source, choose(device)))


class TaggedText(Model):
    """A loaded model and the answers that it is writing."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @property
    def size_bytes(self) -> int:
        return self._writer.size_bytes

    def step(self) -> None:
        self._writer.step()

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """Snapshots of clean text, then the answer with all that is needed to make it again."""
        # 1. What is asked for, and the prompt that leaves room for it in the model's window.
        chosen = seeded_wishes(bot, job, DEFAULTS, self._writer.window)
        thread = _thread(bot, job)
        limit = self._writer.window - (chosen.max_new_tokens or 0)
        prompt = dialects.prompt(bot.dialect, thread, job.thread[0].author, bot.name, self._count, limit)
        prompt_ids = self._writer.encode(prompt)
        # 2. Write until the answer is good. One source of chance for all tries: the same seed takes the same way.
        chance = torch.Generator().manual_seed(chosen.seed or 0)
        text, ids, began_s = "", list[int](), time.perf_counter()
        for _ in range(TRIES if chosen.temperature else 1):
            tried_s = time.perf_counter()
            tried, tried_ids = yield from self._tried(prompt_ids, chosen, chance, bot.adapter)
            if tried:
                # A repetition is better than nothing.
                text, ids, began_s = tried, tried_ids, tried_s
            if dialects.acceptable(tried, thread):
                break
        if not text:
            raise SpeechlessError(f"nothing but tags, seed {chosen.seed}")
        # 3. The answer.
        yield Answer(
            text,
            parameters=chosen,
            model=self._writer.name,
            prompt=prompt,
            dialect=bot.dialect,
            seed=chosen.seed,
            prompt_tokens=len(prompt_ids),
            completion_tokens=len(ids),
            tokens_per_second=round(len(ids) / (time.perf_counter() - began_s), 1),
        )

    def tokens(
        self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator, adapter: str
    ) -> Generator[list[int], None, None]:
        """The model's own continuation so far, up to but not including the first tag or end that is one token."""
        return self._writer.write(prompt_ids, chosen, chance=chance, adapter=adapter)

    def _tried(
        self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator, adapter: str
    ) -> Generator[Snapshot, None, tuple[str, list[int]]]:
        """One try: snapshots, and in the end its text and its tokens, up to a tag in whatever spelling."""
        growing, snapshot = GrowingText(self._writer.tokenizer), Snapshot("")
        seen, ids = "", list[int]()
        for ids in self.tokens(prompt_ids, chosen, chance, adapter):
            if growing.read(ids) != seen:
                seen = growing.text
                snapshot = Snapshot(dialects.answer(seen))
            yield snapshot
            # Old models spell the tags in several plain tokens.
            if dialects.finished(seen):
                break
        return snapshot.text, ids

    def _count(self, text: str) -> int:
        return len(self._writer.encode(text))


def _thread(bot: Bot, job: Job) -> dialects.Thread:
    """The message at the root is the post, those after it are its comments."""
    texts = [*(turn.text for turn in job.thread[:-1]), job.request]
    comments = tuple(dialects.Comment(turn.author, text) for turn, text in zip(job.thread[1:], texts[1:], strict=True))
    return dialects.Thread(
        job.title, texts[0], is_link=False, subreddit=bot.subreddit or job.channel, comments=comments
    )
