"""Answers in threads of tagged text, with GPT-2 or any causal model that was trained on such threads."""

import time
from collections.abc import Generator, Sequence
from typing import Final, TypeVar

import torch

from contracts.jobs import Job, without_mention
from contracts.message import Parameters
from contracts.wire import TOPIC_LIMIT
from engine import dialects
from engine.answers import Answer, Fetch, Generation, Model, Snapshot
from engine.bots import Bot
from engine.device import choose, loading
from engine.failures import SpeechlessError
from engine.growing import GrowingText
from engine.text.writer import Writer
from engine.wishes import seeded_wishes

T = TypeVar("T")

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(max_new_tokens=100, temperature=0.8, top_k=50, top_p=0.95, repetition_penalty=1.1)
# An answer that is empty or repeats the thread is made again, so many times in all.
TRIES: Final = 3
# Longer ones are no titles.
TITLE_TOKENS: Final = 48


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
        return self._post(bot, job) if job.is_post else self._reply(bot, job)

    def tokens(
        self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator, adapter: str
    ) -> Generator[list[int], None, None]:
        """The model's own continuation so far, up to but not including the first tag or end that is one token."""
        return self._writer.write(prompt_ids, chosen, chance=chance, adapter=adapter)

    def _reply(self, bot: Bot, job: Job) -> Generation:
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

    def _post(self, bot: Bot, job: Job) -> Generation:
        """A post of the bot's own: what it goes on from are the tags before a title, then those before a body."""
        chosen = seeded_wishes(bot, job, DEFAULTS, self._writer.window)
        titling = chosen.model_copy(update={"max_new_tokens": min(chosen.max_new_tokens or 1, TITLE_TOKENS)})
        chance = torch.Generator().manual_seed(chosen.seed or 0)
        subreddit = bot.subreddit or job.channel
        opening = self._writer.encode(dialects.post_opening(bot.dialect, subreddit))
        for _ in range(TRIES if chosen.temperature else 1):
            title, title_ids = yield from _unseen(self._tried(opening, titling, chance, bot.adapter))
            title = " ".join(title.split())[:TOPIC_LIMIT]
            prompt = dialects.post_opening(bot.dialect, subreddit, title)
            prompt_ids, began_s = self._writer.encode(prompt), time.perf_counter()
            written, ids = yield from self._tried(prompt_ids, chosen, chance, bot.adapter)
            # Its threads often address it; it would seem to talk to itself.
            text = without_mention(written, bot.name)
            thread = dialects.Thread(title, "", is_link=False, subreddit=subreddit, comments=())
            if title and dialects.acceptable(text, thread):
                break
        else:
            raise SpeechlessError(f"no title or no text, seed {chosen.seed}")
        yield Answer(
            text,
            topic=title,
            parameters=chosen,
            model=self._writer.name,
            prompt=prompt,
            dialect=bot.dialect,
            seed=chosen.seed,
            prompt_tokens=len(prompt_ids),
            completion_tokens=len(title_ids) + len(ids),
            tokens_per_second=round(len(ids) / (time.perf_counter() - began_s), 1),
        )

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


def _unseen(trying: Generator[Snapshot, None, T]) -> Generator[Snapshot, None, T]:
    """A part that is not what is shown as the text."""
    while True:
        try:
            next(trying)
        except StopIteration as end:
            result: T = end.value
            return result
        yield Snapshot()


def _thread(bot: Bot, job: Job) -> dialects.Thread:
    """The message at the root is the post, those after it are its comments."""
    texts = [*(turn.text for turn in job.thread[:-1]), job.request]
    comments = tuple(dialects.Comment(turn.author, text) for turn, text in zip(job.thread[1:], texts[1:], strict=True))
    return dialects.Thread(
        job.title, texts[0], is_link=False, subreddit=bot.subreddit or job.channel, comments=comments
    )
