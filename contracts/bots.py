"""A bot as the engine announces it and as the hub shows it."""

from typing import Annotated, Final, Literal

from pydantic import Field

from contracts.jobs import Pool
from contracts.message import Parameters
from contracts.names import DEFAULT_POOL
from contracts.wire import ChannelName, Milliseconds, PersonName, Wire

# cold: its model is not in memory; busy: every place for an answer is taken.
BotState = Literal["cold", "loading", "warm", "busy"]
BotKind = Literal["gpt2", "chat", "diffusion", "vision", "remote", "echo"]
# Those that write posts of their own; the others only answer.
POSTING_KINDS: Final[frozenset[BotKind]] = frozenset({"gpt2", "chat", "echo"})


class BotCard(Wire):
    """What a bot is, in the engine's own words. `avatar` is an emoji.

    `safety` names the classifier that looks at its pictures before anybody else does; None where there is none.
    """

    name: PersonName
    kind: BotKind
    model: str
    subreddit: ChannelName | None = None
    default_topic: str = "General"
    greeting: str = ""
    avatar: Annotated[str, Field(max_length=16)] = "🤖"
    pool: Pool = DEFAULT_POOL
    safety: str | None = None
    parameters: Parameters = Parameters()


class BotStatus(Wire):
    """A bot's card, whether an engine that serves it is awake, and how soon it can begin there.

    `last_awake_at` in ms since 1970.
    """

    card: BotCard
    awake: bool
    state: BotState = "cold"
    last_awake_at: Milliseconds
