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
from engine.kinds import KINDS


class BotsError(ValueError):
    """The file of bots cannot be used; the text says why, in words for the person who wrote it."""


class Bot(BaseModel):
    """One `[[bot]]`. `model` is a folder or an id on a model hub; `parameters` hold where the asker names none.

    `upscale` enlarges the pictures of a model that paints very small ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: PersonName
    kind: BotKind
    model: str = ""
    subreddit: ChannelName | None = None
    default_topic: str = "General"
    greeting: str = ""
    avatar: Annotated[str, Field(max_length=16)] = "🤖"
    dialect: Dialect = "closed"
    pool: Pool = DEFAULT_POOL
    upscale: Annotated[int, Field(ge=1, le=16)] = 1
    parameters: Parameters = Parameters()

    @model_validator(mode="after")
    def _has_model(self) -> "Bot":
        if self.kind not in KINDS:
            raise ValueError(f'kind "{self.kind}" is not built in; there are {", ".join(KINDS)}')
        if not self.model and self.kind != "echo":
            raise ValueError(f'a bot of kind "{self.kind}" needs a model')
        return self

    @property
    def card(self) -> BotCard:
        """What others are told; of a folder only its name, since the rest is this machine's own."""
        shown = Path(self.model).name if Path(self.model).is_absolute() else self.model
        return BotCard(**self.model_dump(exclude={"dialect", "model", "upscale"}), model=shown)

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
    return tuple(bot.model_copy(update={"model": _located(path, bot)}) for bot in bots)


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BotsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BotsError(f"{path} is not TOML in UTF-8: {error}") from error


def _located(path: Path, bot: Bot) -> str:
    """A folder beside the file as an absolute path; what is no such folder is the id of a model on a hub."""
    folder = path.parent / bot.model
    if bot.model and folder.is_dir():
        return str(folder.resolve())
    if bot.model.startswith((".", "/", "\\")):
        raise BotsError(f'{path}: bot "{bot.name}": there is no folder {bot.model}')
    return bot.model


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
