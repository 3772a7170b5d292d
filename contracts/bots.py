"""A bot as the engine announces it and as the hub shows it."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.jobs import Pool
from contracts.message import Parameters
from contracts.names import DEFAULT_POOL
from contracts.wire import ChannelName, Milliseconds, PersonName, Wire

BotKind = Literal["gpt2", "chat", "diffusion", "vision", "remote", "echo"]


class BotCard(Wire):
    """What a bot is, in the engine's own words. `avatar` is an emoji."""

    name: PersonName
    kind: BotKind
    model: str
    subreddit: ChannelName | None = None
    default_topic: str = "General"
    greeting: str = ""
    avatar: Annotated[str, Field(max_length=16)] = "🤖"
    pool: Pool = DEFAULT_POOL
    parameters: Parameters = Parameters()


class BotStatus(Wire):
    """A bot's card, and whether an engine that serves it is awake. `last_awake_at` in ms since 1970."""

    card: BotCard
    awake: bool
    last_awake_at: Milliseconds
