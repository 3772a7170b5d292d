"""The bots that this engine serves, as `bots.toml` describes them."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from contracts.bots import BotCard, BotKind
from contracts.jobs import Job, Pool
from contracts.message import Parameters
from contracts.names import DEFAULT_POOL
from contracts.wire import ChannelName, PersonName
from engine.dialects import Dialect


class BotsError(ValueError):
    """The file of bots cannot be used; the text says why, in words for the person who wrote it."""


class Limits(BaseModel):
    """The most that may be asked of a bot. Sides in pixels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new_tokens: Annotated[int, Field(ge=1, le=2048)] = 2048
    steps: Annotated[int, Field(ge=1, le=200)] = 100
    side: Annotated[int, Field(ge=8, le=2048)] = 1024
    count: Annotated[int, Field(ge=1, le=4)] = 4

    def passed_by(self, wanted: Parameters) -> str | None:
        """The first limit that is passed, in words that fit into a sentence; None where all are kept."""
        bounds = (
            (wanted.max_new_tokens, self.new_tokens, "new tokens"),
            (wanted.steps, self.steps, "steps"),
            (wanted.width, self.side, "pixels in width"),
            (wanted.height, self.side, "pixels in height"),
            (wanted.count, self.count, "pictures at a time"),
        )
        return next((f"at most {most} {what}" for value, most, what in bounds if (value or 0) > most), None)


class Bot(BaseModel):
    """One `[[bot]]`. `model` is a folder or an id on a model hub; `parameters` hold where the asker names none.

    `adapter` is a LoRA adapter for a text model, as a folder or an id. `system` tells a chat model who it is.
    `upscale` enlarges the pictures of a model that paints very small ones; `safety` is a classifier that looks at them.
    `address` is that of an OpenAI-compatible service, else a `remote` bot asks Hugging Face; `key` names the variable
    of the environment that holds the key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: PersonName
    kind: BotKind
    model: str = ""
    adapter: str = ""
    subreddit: ChannelName | None = None
    default_topic: str = "General"
    greeting: str = ""
    avatar: Annotated[str, Field(max_length=16)] = "🤖"
    dialect: Dialect = "closed"
    pool: Pool = DEFAULT_POOL
    system: str = ""
    upscale: Annotated[int, Field(ge=1, le=16)] = 1
    safety: str | None = None
    address: Annotated[str, Field(pattern="^https?://")] | None = None
    key: Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")] | None = None
    limits: Limits = Limits()
    parameters: Parameters = Parameters()

    @model_validator(mode="after")
    def _has_model(self) -> "Bot":
        if not self.model and self.kind != "echo":
            raise ValueError(f'a bot of kind "{self.kind}" needs a model')
        return self

    @model_validator(mode="after")
    def _keeps_its_limits(self) -> "Bot":
        if above := self.limits.passed_by(self.parameters):
            raise ValueError(f"its own parameters are above its limits: {above}")
        return self

    @property
    def card(self) -> BotCard:
        """What others are told."""
        told = self.model_dump(include=set(BotCard.model_fields) - {"model", "safety"})
        return BotCard(**told, model=_shown(self.model), safety=None if self.safety is None else _shown(self.safety))

    def parameters_for(self, job: Job, defaults: Parameters) -> Parameters:
        """What the asker chose, else what the file says of the bot, else the defaults of its kind."""
        for above in (self.parameters, job.parameters):
            defaults = defaults.model_copy(update=above.model_dump(by_alias=False, exclude_none=True))
        return defaults


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    bot: Annotated[list[Bot], Field(min_length=1)]


def read_bots(path: Path) -> tuple[Bot, ...]:
    """All bots of a file, folders made absolute. Raises BotsError."""
    raw = _read(path)
    try:
        bots = _File.model_validate(raw).bot
    except ValidationError as error:
        raise BotsError("\n".join(_sentence(path, raw, each) for each in error.errors())) from error
    names = [bot.name.casefold() for bot in bots]
    for bot in bots:
        if names.count(bot.name.casefold()) > 1:
            raise BotsError(f'{path}: there are two bots called "{bot.name}"')
    return tuple(bot.model_copy(update=_folders_found(path, bot)) for bot in bots)


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BotsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BotsError(f"{path} is not TOML in UTF-8: {error}") from error


def _folders_found(path: Path, bot: Bot) -> dict[str, str]:
    """All that names a model."""
    sources = {"model": bot.model, "adapter": bot.adapter, "safety": bot.safety}
    return {name: _located(path, bot, source) for name, source in sources.items() if source}


def _located(path: Path, bot: Bot, source: str) -> str:
    """A folder or GGUF file beside this one as an absolute path; anything else is the id of a model on a hub."""
    found = path.parent / source
    if found.is_dir() or (found.is_file() and found.suffix == ".gguf"):
        return str(found.resolve())
    if source.startswith((".", "/", "\\")):
        raise BotsError(f'{path}: bot "{bot.name}": there is no folder {source}')
    return source


def _shown(source: str) -> str:
    """Of a folder only its name, since the rest is this machine's own."""
    return Path(source).name if Path(source).is_absolute() else source


def _sentence(path: Path, raw: dict[str, object], error: ErrorDetails) -> str:
    """One mistake, with the name of its bot, or its number where it has no name."""
    place, where = str(path), list(error["loc"])
    if len(where) > 1 and isinstance(where[1], int):
        place += f": {_called(raw, where[1])}"
        where = where[2:]
    said = error["msg"].removeprefix("Value error, ")
    if not where:
        return f"{place}: {said}"
    if error["type"] == "extra_forbidden":
        return f'{place}: there is no setting "{where[-1]}"'
    return f"{place}: {'.'.join(map(str, where))} = {error['input']!r}: {said}"


def _called(raw: dict[str, object], index: int) -> str:
    listed = raw["bot"]
    entry = listed[index] if isinstance(listed, list) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"bot {index + 1}" if name is None else f'bot "{name}"'
