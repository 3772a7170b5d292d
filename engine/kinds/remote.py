"""Answers from a model elsewhere: at Hugging Face, or at any address that speaks OpenAI's chat protocol."""

import asyncio
import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, cast

import httpx2
from huggingface_hub import AsyncInferenceClient, ChatCompletionStreamOutput, get_token
from huggingface_hub.errors import OfflineModeIsEnabled

from contracts.jobs import Job
from contracts.message import Parameters
from contracts.wire import TEXT_LIMIT
from engine.answers import Answer, Fetch, Generation, Model, Snapshot
from engine.bots import Bot
from engine.chat_messages import chat_messages
from engine.failures import BadRequestError, ModelUnavailableError, SpeechlessError
from engine.keys import service_key
from engine.wishes import writing_wishes

# Where neither the asker nor the bot's file says anything; all else is left to the service.
DEFAULTS: Final = Parameters(max_new_tokens=512)
# Read: between two pieces of an answer, and before the first. In seconds.
TIMEOUT: Final = httpx2.Timeout(60, connect=5)
# How long a stop waits at the most; progress is shown less often.
PULL_S: Final = 0.1
# Before each further try, where the service names no time; after the last one the job goes back to its queue.
PAUSES_S: Final = (1.0, 2.0, 4.0)
LONGEST_PAUSE_S: Final = 20.0
# What some services refuse by its name, and what they know instead.
INSTEAD: Final = {"max_tokens": "max_completion_tokens", "stream_options": None}
# No other try and no other words would do: a key is missing or wrong; there is no credit, or no such model.
KEY_REFUSED: Final = frozenset({401, 403})
UNAVAILABLE: Final = frozenset({402, 404})
BUSY: Final = frozenset({408, 425, 429})
MOST_TOLD: Final = 300


def open_model(source: str, device: str) -> "Remote":
    """There is nothing to load."""
    return Remote(source)


class AgainError(ConnectionError):
    """Another try may do. `pause_s`: not before, as the service says."""

    def __init__(self, reason: str, pause_s: float | None = None) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


@dataclass
class Heard:
    """What the service has said so far."""

    text: str = ""
    is_complete: bool = False
    version: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def hear(self, piece: ChatCompletionStreamOutput) -> None:
        for choice in piece.choices or ():
            self.text += (choice.delta and choice.delta.content) or ""
            self.is_complete |= choice.finish_reason is not None
        self.version = piece.system_fingerprint or self.version
        if piece.usage:
            self.prompt_tokens, self.completion_tokens = piece.usage.prompt_tokens, piece.usage.completion_tokens


class Remote(Model):
    """A model of that name, wherever the bot that is asked says it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def size_bytes(self) -> int:
        return 0

    def answer(self, bot: Bot, job: Job, fetch: Fetch) -> Generation:
        """Snapshots of the text so far; the same one while nothing comes, so that no stop waits for the service."""
        chosen = writing_wishes(bot, job, DEFAULTS)
        messages = [{"role": said.role, "content": said.text} for said in chat_messages(bot, job)]
        heard, began_s = Heard(), time.perf_counter()
        # Leaving the block cancels the request, which closes the connection.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            asking = runner.get_loop().create_task(Request(bot, self._name, messages, chosen).send(heard))
            shown = Snapshot()
            while not asking.done():
                runner.get_loop().run_until_complete(asyncio.wait({asking}, timeout=PULL_S))
                if heard.text != shown.text:
                    shown = Snapshot(heard.text)
                yield shown
            asking.result()
        if not heard.text.strip():
            raise SpeechlessError(f"{self._name} said nothing")
        yield self._answer(heard, chosen, messages, time.perf_counter() - began_s)

    def _answer(self, heard: Heard, chosen: Parameters, messages: list[dict[str, str]], took_s: float) -> Answer:
        tokens = heard.completion_tokens
        return Answer(
            heard.text[:TEXT_LIMIT].strip(),
            parameters=chosen,
            model=f"{self._name}@{heard.version}" if heard.version else self._name,
            prompt=json.dumps(messages, ensure_ascii=False),
            seed=chosen.seed,
            prompt_tokens=heard.prompt_tokens,
            completion_tokens=tokens,
            tokens_per_second=None if tokens is None else round(tokens / took_s, 1),
        )


class Request:
    """One request for an answer, sent as often as it takes; no error of it tells the key."""

    def __init__(self, bot: Bot, model: str, messages: list[dict[str, str]], chosen: Parameters) -> None:
        self._address = bot.address
        self._where = bot.address or "Hugging Face"
        self._key_name = bot.key or ("OPENAI_API_KEY" if bot.address else "HF_TOKEN")
        self._key = _key(self._key_name, bot.address)
        self._model = model
        self._messages = messages
        self._wishes: dict[str, object] = {
            "max_tokens": chosen.max_new_tokens,
            "temperature": chosen.temperature,
            "top_p": chosen.top_p,
            "seed": chosen.seed,
            "stream_options": {"include_usage": True},
        }

    async def send(self, heard: Heard) -> None:
        """Returns when the answer is complete. Raises JobError, or ConnectionError where a later attempt may do."""
        pauses_s = iter(PAUSES_S)
        while True:
            try:
                return await self._send_once(heard)
            except AgainError as again:
                pause_s = next(pauses_s, None)
                if pause_s is None or heard.text:
                    raise
                await asyncio.sleep(min(pause_s if again.pause_s is None else again.pause_s, LONGEST_PAUSE_S))

    async def _send_once(self, heard: Heard) -> None:
        # None keeps the library from sending the key of this machine's Hugging Face account to another address.
        headers = None if self._key else cast("dict[str, str]", {"authorization": None})
        # The annotation of `timeout` is narrower than what is done with it.
        timeout = cast("float", TIMEOUT)
        try:
            async with AsyncInferenceClient(
                base_url=self._address, token=self._key, headers=headers, timeout=timeout
            ) as client:
                pieces = await client.chat_completion(
                    list(self._messages), model=self._model, stream=True, extra_body=self._wishes
                )
                async for piece in pieces:
                    heard.hear(piece)
                    if len(heard.text) >= TEXT_LIMIT:
                        # It heeds no limit of ours.
                        heard.is_complete = True
                        break
        except Exception as error:
            # The library wraps a refusal in errors of several kinds, and chained ones may hold the key.
            failure = self._failure(error)
            if failure is None:
                raise
            raise failure from None
        if not heard.is_complete:
            raise AgainError(f"{self._where}: the answer broke off")

    def _failure(self, error: Exception) -> Exception | None:
        """None for what is no failure of the service."""
        refusal = _refusal(error)
        if refusal is not None:
            return self._refused(refusal)
        told = f"{self._where}: {self._keyless(f'{type(error).__name__}: {error}')}"
        if isinstance(error, OfflineModeIsEnabled):
            return ModelUnavailableError(told)
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            # It has cost enough time.
            return ConnectionError(told)
        return AgainError(told) if isinstance(error, httpx2.HTTPError) else None

    def _refused(self, response: httpx2.Response) -> Exception:
        status = response.status_code
        told = f"{self._where}: {status} {self._keyless(_text(response))}"
        if status in KEY_REFUSED:
            why = (
                f"refuses the key in {self._key_name}" if self._key else f"wants a key, and {self._key_name} is not set"
            )
            return ModelUnavailableError(f"{self._where}: {why} ({status})")
        if status in UNAVAILABLE:
            return ModelUnavailableError(told)
        if status in BUSY or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            pause = response.headers.get("Retry-After", "")
            return AgainError(told, float(pause) if pause.isdecimal() else None)
        if self._gives_in(told):
            return AgainError(told, 0)
        return BadRequestError(told)

    def _gives_in(self, told: str) -> bool:
        """Whether there is another way to say what the service does not know by its name."""
        refused = [name for name in INSTEAD if name in self._wishes and re.search(rf"\b{name}\b", told)]
        for name in refused:
            wish, known = self._wishes.pop(name), INSTEAD[name]
            if known is not None:
                self._wishes[known] = wish
        return bool(refused)

    def _keyless(self, text: str) -> str:
        shown = text.replace(self._key, "(key)") if self._key else text
        return shown[:MOST_TOLD]


def _key(name: str, address: str | None) -> str | None:
    """Hugging Face's is also where `hf auth login` put it. Raises ModelUnavailableError."""
    secret = service_key(name)
    key = None if secret is None else secret.get_secret_value()
    if address is not None:
        return key
    key = key or get_token()
    if key is None or not key.startswith("hf_"):
        raise ModelUnavailableError(f"Hugging Face: {name} {'is not set' if key is None else 'is no token of theirs'}")
    return key


def _refusal(error: BaseException | None) -> httpx2.Response | None:
    while error is not None and not isinstance(error, httpx2.HTTPStatusError):
        error = error.__context__
    return None if error is None else error.response


def _text(response: httpx2.Response) -> str:
    """Empty where the library has left the body unread."""
    with suppress(httpx2.ResponseNotRead):
        return response.text
    return ""
