"""Answers in threads of tagged text, with GPT-2 or any causal model that was trained on such threads."""

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import Final

import torch
import transformers
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from contracts.jobs import Job
from contracts.message import Parameters
from engine import dialects
from engine.answers import Answer, Generation, Snapshot
from engine.bots import Bot
from engine.device import Device, choose, loading, memory_watched
from engine.failures import SpeechlessError
from engine.provenance import version_of

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(max_new_tokens=100, temperature=0.8, top_k=50, top_p=0.95, repetition_penalty=1.1)
# An answer that is empty or repeats the thread is made again, so many times in all.
TRIES: Final = 3
HALF_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"


def open_model(source: str, device: str) -> "TaggedText":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    # Bars and remarks about unused weights would fill the log of a service.
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    with loading(source):
        return TaggedText(source, choose(device))


class TaggedText:
    """A loaded model. One answer at a time."""

    def __init__(self, source: str, device: Device) -> None:
        self._device = device.place
        self._tokenizer = AutoTokenizer.from_pretrained(source)
        self._model = AutoModelForCausalLM.from_pretrained(source, dtype=device.dtype)
        nn.Module.to(self._model, device.place)
        config = self._model.config
        self._window = int(config.max_position_embeddings)
        self._name = version_of(source, getattr(config, "_commit_hash", None))
        tags = [number for token, number in self._tokenizer.get_added_vocab().items() if token.startswith("<|")]
        self.stops: Final = frozenset(tags) | frozenset(self._tokenizer.all_special_ids)

    def answer(self, bot: Bot, job: Job) -> Generation:
        """Snapshots of clean text, then the answer with all that is needed to make it again."""
        # 1. What is asked for, and the prompt that leaves room for it in the model's window.
        chosen = self._chosen(bot, job)
        thread = _thread(bot, job)
        limit = self._window - (chosen.max_new_tokens or 0)
        prompt = dialects.prompt(bot.dialect, thread, job.thread[0].author, bot.name, self._count, limit)
        prompt_ids = self._encode(prompt)
        # 2. Write until the answer is good. One source of chance for all tries: the same seed takes the same way.
        chance = torch.Generator().manual_seed(chosen.seed or 0)
        text, ids, began_s = "", list[int](), time.perf_counter()
        for _ in range(TRIES if chosen.temperature else 1):
            text, ids, began_s = "", [], time.perf_counter()
            for written in self._written(prompt_ids, chosen, chance, ids):
                text = dialects.answer(written)
                yield Snapshot(text)
            if dialects.acceptable(text, thread):
                break
        if not text:
            raise SpeechlessError(f"nothing but tags, seed {chosen.seed}")
        # 3. The answer.
        yield Answer(
            text,
            parameters=chosen,
            model=self._name,
            prompt=prompt,
            dialect=bot.dialect,
            seed=chosen.seed,
            prompt_tokens=len(prompt_ids),
            completion_tokens=len(ids),
            tokens_per_second=round(len(ids) / (time.perf_counter() - began_s), 1),
        )

    def tokens(self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator) -> Iterator[int]:
        """The model's own continuation, up to but not including the first tag or end that is one token."""
        cache = DynamicCache(config=self._model.config)
        ids = torch.tensor([prompt_ids], device=self._device)  # (1, tokens)
        seen: torch.Tensor | None = None
        for _ in range(chosen.max_new_tokens or 0):
            logits = self._forward(ids, cache)  # (vocabulary,)
            if seen is None:
                seen = torch.zeros_like(logits, dtype=torch.bool)
            seen[ids[0]] = True
            token = _drawn(logits, seen, chosen, chance)
            if token in self.stops:
                return
            yield token
            ids = torch.tensor([[token]], device=self._device)

    def _written(
        self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator, ids: list[int]
    ) -> Iterator[str]:
        """The text so far, whole characters only, until a tag shows in it; `ids` grows with each token."""
        text = ""
        rest: list[int] = []
        for token in self.tokens(prompt_ids, chosen, chance):
            ids.append(token)
            rest.append(token)
            piece = str(self._tokenizer.decode(rest))
            if piece.endswith(HALF_CHARACTER):
                continue
            text += piece
            rest = []
            yield text
            # Old models spell the tags in several plain tokens.
            if dialects.finished(text):
                return

    @torch.inference_mode()
    def _forward(self, ids: torch.Tensor, cache: DynamicCache) -> torch.Tensor:
        with memory_watched():
            said = self._model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = said.logits[0, -1].float()
        return logits

    def _chosen(self, bot: Bot, job: Job) -> Parameters:
        """Complete, with a seed; the answer may take half of the window at the most."""
        chosen = bot.parameters_for(job, DEFAULTS)
        length = min(chosen.max_new_tokens or 1, self._window // 2)
        seed = secrets.randbelow(2**53) if chosen.seed is None else chosen.seed
        return chosen.model_copy(update={"max_new_tokens": length, "seed": seed})

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids)

    def _count(self, text: str) -> int:
        return len(self._encode(text))


@torch.inference_mode()
def _drawn(logits: torch.Tensor, seen: torch.Tensor, chosen: Parameters, chance: torch.Generator) -> int:
    """The next token. The few best are taken first: sorting a whole vocabulary costs more than a small model."""
    penalty = chosen.repetition_penalty or 1.0
    logits = torch.where(seen, torch.where(logits > 0, logits / penalty, logits * penalty), logits)
    if not chosen.temperature:
        return int(logits.argmax())
    best, numbers = logits.topk(min(chosen.top_k or 1, len(logits)))  # (k,), the best first
    shares = (best / chosen.temperature).softmax(-1)
    shares = shares.masked_fill(shares.cumsum(-1) - shares > (chosen.top_p or 1.0), 0.0)
    # Drawn on the CPU, so that a seed means the same on every device.
    return int(numbers[int(torch.multinomial(shares.cpu(), 1, generator=chance))])


def _thread(bot: Bot, job: Job) -> dialects.Thread:
    """The message at the root is the post, those after it are its comments."""
    texts = [*(turn.text for turn in job.thread[:-1]), job.request]
    comments = tuple(dialects.Comment(turn.author, text) for turn, text in zip(job.thread[1:], texts[1:], strict=True))
    return dialects.Thread(
        job.title, texts[0], is_link=False, subreddit=bot.subreddit or job.channel, comments=comments
    )
