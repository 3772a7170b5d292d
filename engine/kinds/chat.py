"""Answers as an assistant does, with any causal model of transformers that has a chat template."""

import re
import time
from contextlib import closing
from typing import Final

import torch
from jinja2 import TemplateError

from contracts.jobs import Job, Turn
from contracts.message import Parameters
from contracts.wire import TOPIC_LIMIT
from engine.answers import Answer, Fetch, Generation, Model, Snapshot
from engine.bots import Bot
from engine.chat_messages import ChatMessage, chat_messages, shorter, without_marks, without_system
from engine.device import choose, loading
from engine.failures import ModelUnavailableError, SpeechlessError
from engine.growing import HALF_CHARACTER, GrowingText
from engine.packaged import located
from engine.text.writer import Writer
from engine.wishes import seeded_wishes

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(max_new_tokens=300, temperature=0.7, top_k=50, top_p=0.9, repetition_penalty=1.05)
# An answer that is empty is made again, so many times in all.
TRIES: Final = 3
POST_WANTED: Final = (
    "Write a new post for the forum {}: first its title in a line of its own, then a few sentences of text."
)
# How models decorate a title: `**Title: "Hens"**`, `# Hens`.
TITLE_MARKS: Final = re.compile(r"^[\s#*\"']*(?:title\s*:)?[\s*\"']*", re.IGNORECASE)
# Stands for an answer, to see what a template writes behind one.
SOMETHING: Final = "something"


def open_model(source: str, device: str) -> "Chat":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    file = located(source)
    with loading(source):
        writer = Writer(file, choose(device))
    try:
        return Chat(writer)
    except TemplateError as error:
        raise ModelUnavailableError(f"{source}: its chat template is broken: {error}") from error


def _asked(job: Job) -> Job:
    """A post is asked for in words, since assistants write nothing by themselves."""
    if not job.is_post:
        return job
    return job.model_copy(update={"thread": (Turn(author=job.channel, text=POST_WANTED.format(job.channel)),)})


def title_and_text(job: Job, text: str) -> tuple[str, str]:
    """Title and text of a post, whose first line is the title; an answer has no title."""
    if not job.is_post:
        return "", text
    first, _, rest = text.partition("\n")
    return TITLE_MARKS.sub("", first).rstrip("*\"' ")[:TOPIC_LIMIT], rest.strip()


class Chat(Model):
    """A loaded model, which writes several answers at once."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._tokenizer = writer.tokenizer
        self._name = writer.name
        if not self._tokenizer.chat_template:
            raise ModelUnavailableError(f'{self._name} has no chat template: it may be one for kind = "gpt2"')
        self._marks = [str(token) for token in self._tokenizer.added_tokens_decoder.values() if token.special]
        self._stops = writer.stops | self._ends()

    @property
    def size_bytes(self) -> int:
        return self._writer.size_bytes

    def step(self) -> None:
        self._writer.step()

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """Snapshots of the text so far, then the answer with all that is needed to make it again."""
        # 1. What is asked for, and the prompt that leaves room for it in the model's window.
        chosen = seeded_wishes(bot, job, DEFAULTS, self._writer.window)
        messages = without_marks(chat_messages(bot, _asked(job)), self._marks)
        prompt, prompt_ids = self._fitting(messages, self._writer.window - (chosen.max_new_tokens or 0))
        # 2. Write until there is something. One source of chance for all tries: the same seed takes the same way.
        chance = torch.Generator().manual_seed(chosen.seed or 0)
        shown, topic, ids, began_s = Snapshot(), "", list[int](), time.perf_counter()
        for _ in range(TRIES if chosen.temperature else 1):
            writing = self._writer.write(prompt_ids, chosen, chance=chance, stops=self._stops, adapter=bot.adapter)
            growing, began_s = GrowingText(self._tokenizer), time.perf_counter()
            with closing(writing):
                for ids in writing:
                    topic, text = title_and_text(job, growing.read(ids).strip())
                    if text != shown.text:
                        shown = Snapshot(text)
                    yield shown
            if shown.text and (topic or not job.is_post):
                break
        else:
            raise SpeechlessError(f"nothing said, seed {chosen.seed}")
        # 3. The answer.
        yield Answer(
            shown.text,
            topic=topic,
            parameters=chosen,
            model=self._name,
            prompt=prompt,
            seed=chosen.seed,
            prompt_tokens=len(prompt_ids),
            completion_tokens=len(ids),
            tokens_per_second=round(len(ids) / (time.perf_counter() - began_s), 1),
        )

    def _fitting(self, messages: list[ChatMessage], limit: int) -> tuple[str, list[int]]:
        while True:
            prompt = self._rendered(messages)
            ids = self._writer.encode(prompt)
            if len(ids) <= limit:
                return prompt, ids
            messages = shorter(messages, len(ids) - limit, self._cut)

    def _cut(self, text: str, tokens: int) -> str:
        return str(self._tokenizer.decode(self._writer.encode(text)[tokens:])).lstrip(HALF_CHARACTER)

    def _rendered(self, messages: list[ChatMessage], *, is_asked: bool = True) -> str:
        """`is_asked`: with the words that make the model answer."""
        try:
            # Models that can think aloud first would do so before everybody.
            return str(
                self._tokenizer.apply_chat_template(
                    [{"role": message.role, "content": message.text} for message in messages],
                    tokenize=False,
                    add_generation_prompt=is_asked,
                    enable_thinking=False,
                )
            )
        except TemplateError:
            if messages[0].role != "system":
                raise
            return self._rendered(without_system(messages), is_asked=is_asked)

    def _ends(self) -> frozenset[int]:
        """The mark that the template writes behind an answer; not all tokenizers list it among their own."""
        spoken = [ChatMessage("user", "say"), ChatMessage("assistant", SOMETHING)]
        behind = self._rendered(spoken, is_asked=False).rpartition(SOMETHING)[2]
        ids = self._writer.encode(behind.lstrip())[:1]
        return frozenset(ids).intersection(self._tokenizer.added_tokens_decoder)
