"""Answers about pictures, with any image-text-to-text model of transformers that has a chat template."""

import inspect
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import torch
import transformers
from jinja2 import TemplateError
from PIL import Image
from torch import nn
from transformers import AutoModelForImageTextToText, AutoProcessor, BatchFeature

from contracts.jobs import Job
from contracts.message import Parameters
from contracts.wire import PictureName
from engine.answers import Answer, Fetch, Generation, Model, Snapshot, fetched
from engine.bots import Bot
from engine.chat_messages import ChatMessage, chat_messages, shorter, without_marks, without_system
from engine.device import Device, choose, loading, memory_watched
from engine.failures import BadRequestError, ModelUnavailableError, SpeechlessError
from engine.growing import HALF_CHARACTER, GrowingText
from engine.memory import size_bytes_of
from engine.pictures.originals import opened
from engine.provenance import version_of
from engine.text.request import request
from engine.text.sampling import Sampler
from engine.wishes import seeded_wishes

# Where neither the asker nor the bot's file says anything.
DEFAULTS: Final = Parameters(max_new_tokens=300, temperature=0.7, top_k=50, top_p=0.9, repetition_penalty=1.05)
# The newest ones; each may cost a thousand tokens.
MOST_PICTURES: Final = 4
# In pixels; some models look at every pixel, and larger pictures would fill their windows.
LONGEST_SIDE: Final = 1024
UNSEEN: Final = "I cannot look at that picture. Please send another one."


def open_model(source: str, device: str) -> "Viewer":
    """Raises ModelUnavailableError or OutOfMemoryError."""
    # Bars and remarks about unused weights would fill the log of a service.
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    with loading(source):
        return Viewer(source, choose(device))


class Viewer(Model):
    """A loaded model. One answer at a time."""

    def __init__(self, source: str, device: Device) -> None:
        self._device = device
        self._processor = AutoProcessor.from_pretrained(source)
        if not getattr(self._processor, "chat_template", None):
            raise ModelUnavailableError(f"{source} has no chat template")
        self._tokenizer = self._processor.tokenizer
        self._marks = [str(token) for token in self._tokenizer.added_tokens_decoder.values() if token.special]
        self._model = AutoModelForImageTextToText.from_pretrained(source, dtype=device.dtype)
        nn.Module.to(self._model, device.place)
        config = self._model.config
        self._window = int(config.get_text_config().max_position_embeddings)
        self._name = version_of(source, getattr(config, "_commit_hash", None))
        self._stops = _ends(self._model.generation_config.eos_token_id, self._tokenizer.eos_token_id)
        # Else the logits of a long prompt take more memory than the model.
        knows_to_keep = "logits_to_keep" in inspect.signature(self._model.forward).parameters
        self._only_last: dict[str, int] = {"logits_to_keep": 1} if knows_to_keep else {}

    @property
    def size_bytes(self) -> int:
        return size_bytes_of(self._model)

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """Snapshots of the text so far, then the answer with all that is needed to make it again."""
        # 1. What is asked for, and the pictures that it is about.
        chosen = seeded_wishes(bot, job, DEFAULTS, self._window)
        messages = without_marks(chat_messages(bot, job), self._marks)
        pictures: dict[PictureName, Image.Image] = {}
        for name in _newest(messages):
            pictures[name] = _small(opened(name, (yield from fetched(fetch, name))).image)
        # 2. The prompt that leaves room for the answer in the model's window.
        with memory_watched():
            messages, prompt = self._fitting(messages, pictures, self._window - (chosen.max_new_tokens or 0))
        # 3. Write.
        began_s = time.perf_counter()
        text, ids, growing = "", list[int](), GrowingText(self._tokenizer)
        for token in self.tokens(prompt, chosen):
            ids.append(token)
            text = growing.read(ids).strip()
            yield Snapshot(text)
        if not text:
            raise SpeechlessError(f"nothing said, seed {chosen.seed}")
        # 4. The answer.
        yield Answer(
            text,
            parameters=chosen,
            model=self._name,
            prompt=str(self._rendered(messages, pictures, tokenize=False)),
            seed=chosen.seed,
            prompt_tokens=prompt["input_ids"].shape[1],
            completion_tokens=len(ids),
            tokens_per_second=round(len(ids) / (time.perf_counter() - began_s), 1),
        )

    def tokens(self, prompt: Mapping[str, torch.Tensor], chosen: Parameters) -> Iterator[int]:
        """The model's own continuation, up to but not including its end."""
        chance = torch.Generator().manual_seed(chosen.seed or 0)
        asked = request(prompt["input_ids"][0].tolist(), chosen, self._stops, chance)
        sampler = Sampler([asked], self._device.place)
        self._forget()
        said = self._forward(**prompt, **self._only_last)
        while True:
            known = len(asked.written)
            asked.take(sampler.draw(said.logits[:, -1].float())[0])
            yield from asked.written[known:]
            if asked.is_done:
                return
            token = torch.tensor([asked.written[-1:]], device=self._device.place)  # (1, 1)
            # Nothing is padded, so no mask: with one, some models mistake the places of all words for this one's.
            said = self._forward(input_ids=token, past_key_values=said.past_key_values)

    def prompt(self, messages: list[ChatMessage], pictures: Mapping[PictureName, Image.Image]) -> BatchFeature:
        """What the model reads: tokens, and pixels where there are pictures."""
        made: BatchFeature = self._rendered(messages, pictures, tokenize=True, return_dict=True, return_tensors="pt")
        return made.to(self._device.place, self._device.dtype)

    @torch.inference_mode()
    def _forward(self, **inputs: Any) -> Any:
        with memory_watched():
            return self._model(**inputs, use_cache=True)

    def _forget(self) -> None:
        """Some models remember, from the last prompt, how far its pictures moved the places of its words."""
        modules: Iterator[Any] = self._model.modules()
        for module in modules:
            if hasattr(module, "rope_deltas"):
                module.rope_deltas = None

    def _fitting(
        self, messages: list[ChatMessage], pictures: Mapping[PictureName, Image.Image], limit: int
    ) -> tuple[list[ChatMessage], BatchFeature]:
        try:
            prompt = self.prompt(messages, pictures)
        except ValueError as error:
            # A shape that the model cannot do shows somewhere in the middle of the processor.
            if not pictures:
                raise
            raise BadRequestError(str(error), sentence=UNSEEN) from error
        while (excess := prompt["input_ids"].shape[1] - limit) > 0:
            messages = shorter(messages, excess, self._cut)
            prompt = self.prompt(messages, pictures)
        return messages, prompt

    def _cut(self, text: str, tokens: int) -> str:
        ids = self._tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        return str(self._tokenizer.decode(ids[tokens:])).lstrip(HALF_CHARACTER)

    def _rendered(self, messages: list[ChatMessage], pictures: Mapping[PictureName, Image.Image], **how: Any) -> Any:
        try:
            conversation = [_parts(message, pictures) for message in messages]
            return self._processor.apply_chat_template(conversation, add_generation_prompt=True, **how)
        except TemplateError:
            if messages[0].role != "system":
                raise
            return self._rendered(without_system(messages), pictures, **how)


def _newest(messages: list[ChatMessage]) -> list[PictureName]:
    return list(dict.fromkeys(name for message in messages[::-1] for name in message.images[::-1]))[:MOST_PICTURES]


def _small(image: Image.Image) -> Image.Image:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return image


def _parts(message: ChatMessage, pictures: Mapping[PictureName, Image.Image]) -> dict[str, Any]:
    """Templates know pictures of users alone."""
    shown = [pictures[name] for name in message.images if name in pictures and message.role == "user"]
    images = [{"type": "image", "image": picture} for picture in shown]
    return {"role": message.role, "content": [*images, {"type": "text", "text": message.text}]}


def _ends(*told: int | list[int] | None) -> frozenset[int]:
    """Models tell one end, several, or none."""
    lists = [ends if isinstance(ends, list) else [ends] for ends in told]
    return frozenset(end for ends in lists for end in ends if end is not None)
