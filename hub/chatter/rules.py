"""How likely a bot speaks without being asked: ssi-bot's reply rules, with the numbers of a chat."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import NoDecode

from contracts.calls import Chatter

HOUR_S: Final = 3600

Chance = Annotated[float, Field(ge=-1, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Level(BaseModel):
    """What one of a channel's levels makes of the rules: `scale` multiplies every chance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scale: Annotated[float, Field(ge=0, le=10)]
    remarks_an_hour: Annotated[int, Field(ge=0, le=1000)]
    posts_a_day: Annotated[float, Field(ge=0, le=1000)]
    shortest_delay_s: Seconds
    longest_delay_s: Seconds


class Rules(BaseModel):
    """Chances are added up, and fade to nothing with the age of the message.

    `a_level` is added for each message above the one that is considered; `longest_chain` is how many bots' messages may
    stand beneath each other without one by a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: Chance = 0.0
    by_person: Chance = 0.3
    by_bot: Chance = 0.2
    question: Chance = 0.2
    new_post: Chance = 0.3
    answer_to_own: Chance = 0.2
    own_post: Chance = 0.1
    mention: Chance = 1.0
    a_level: Chance = -0.05
    fades_in_h: Annotated[float, Field(gt=0, le=720)] = 12
    longest_chain: Annotated[int, Field(ge=1, le=20)] = 6
    slow: Level = Level(scale=0.3, remarks_an_hour=6, posts_a_day=1, shortest_delay_s=30, longest_delay_s=300)
    lively: Level = Level(scale=1, remarks_an_hour=30, posts_a_day=4, shortest_delay_s=5, longest_delay_s=60)

    def __str__(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    def level(self, chatter: Chatter) -> Level | None:
        """None where bots speak only when they are asked."""
        return {"off": None, "slow": self.slow, "lively": self.lively}[chatter]


@dataclass(frozen=True)
class Considered:
    """A message as one bot sees it. `depth`: messages above it; `chain`: bots' messages in a row up to it."""

    by_bot: bool
    mentions_it: bool = False
    is_question: bool = False
    is_post: bool = False
    answers_it: bool = False
    under_its_post: bool = False
    depth: int = 0
    chain: int = 0
    age_s: float = 0


def chance(rules: Rules, level: Level, message: Considered) -> float:
    """Between 0 and 1."""
    if message.chain >= rules.longest_chain:
        return 0.0
    wish = rules.base + (rules.by_bot if message.by_bot else rules.by_person) + rules.a_level * message.depth
    told = (
        (message.mentions_it, rules.mention),
        (message.is_question, rules.question),
        (message.is_post, rules.new_post),
        (message.answers_it, rules.answer_to_own),
        (message.under_its_post, rules.own_post),
    )
    wish += sum(more for holds, more in told if holds)
    freshness = max(0.0, 1 - message.age_s / (rules.fades_in_h * HOUR_S))
    return min(1.0, max(0.0, min(1.0, wish)) * level.scale * freshness)


def _read(value: Any) -> Any:
    """A JSON object in the environment; what it does not name keeps its default."""
    if not isinstance(value, str):
        return value
    try:
        return Rules.model_validate_json(value)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")) from None


RulesSetting = Annotated[Rules, NoDecode, BeforeValidator(_read)]
