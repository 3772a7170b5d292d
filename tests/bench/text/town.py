"""A process whose bots are asked in turn, through the engine's residency and lane: `… tests.bench.text.town <town>`."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

import torch

from contracts.jobs import Job, Turn
from contracts.message import Parameters
from engine.answers import Answer, Generation, Model
from engine.bots import Bot
from engine.device import choose
from engine.kinds.gpt2 import open_model
from engine.lanes import Lane
from engine.memory import estimated_bytes
from engine.models import Models
from engine.run import Run
from engine.service import PLACES
from engine.turns import Rank, Turns
from tests.bench.text.plan import REPETITION_PENALTY, TEMPERATURE, THREADS, TOP_K, TOP_P
from tests.engine.fetching import nothing

TEXT: Final = "Our hens have laid eleven eggs today, and the bread came out of the oven just in time for breakfast."


@dataclass(frozen=True)
class Town:
    """Each bot is a folder and one of an adapter, or none. `room` is in models; `at_once` people each ask and wait."""

    bots: tuple[tuple[str, str], ...]
    room: int
    device: str
    answers: int
    at_once: int
    new_tokens: int

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Told:
    """`hits` of `looks`: how often the model was in memory when a bot was asked."""

    took_s: float
    waits_s: list[float]
    hits: int
    looks: int


async def main(town: Town) -> Told:
    torch.set_num_threads(THREADS)
    bots = [Bot(name=f"Bot{n}", kind="gpt2", model=model, adapter=lora) for n, (model, lora) in enumerate(town.bots)]
    device = choose(town.device)
    models = Models(_budget_bytes(town, bots[0]), device, lambda: lane.look_again())
    lane = Lane("text", models, Turns(), lambda: None, places=PLACES["text"])
    numbers = iter(range(town.answers))
    waits_s: list[float] = []

    async def person() -> None:
        for number in numbers:
            asked_s = time.perf_counter()
            bot = bots[number % len(bots)]
            run = Run(bot, f"Channel{number}", Rank.PERSON, partial(_answer, bot, _job(bot, town, number)))
            await lane.start(run).outcome
            waits_s.append(time.perf_counter() - asked_s)

    began_s = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(town.at_once)))
    return Told(time.perf_counter() - began_s, waits_s, models.hits, models.hits + models.misses)


def _budget_bytes(town: Town, bot: Bot) -> int:
    """Room for so many models that have answered once: one more is let in by what its files seem to need."""
    model = open_model(bot.model, town.device)
    for said in _steps(model, bot, town):
        assert not isinstance(said, Answer) or said.text
    needed = estimated_bytes(bot.model, "gpt2", choose(town.device).dtype) or 0
    return (town.room - 1) * model.size_bytes + max(needed, model.size_bytes)


def _steps(model: Model, bot: Bot, town: Town) -> Generation:
    answering = _answer(bot, _job(bot, town, 0), model)
    for said in answering:
        yield said
        model.step()


def _answer(bot: Bot, job: Job, model: Model) -> Generation:
    return model.answer(bot, job, nothing)


def _job(bot: Bot, town: Town, number: int) -> Job:
    wishes = Parameters(
        max_new_tokens=town.new_tokens,
        temperature=TEMPERATURE,
        top_k=TOP_K,
        top_p=TOP_P,
        repetition_penalty=REPETITION_PENALTY,
        seed=number,
    )
    return Job(
        job_id=f"{number:032x}",
        channel=f"Channel{number}",
        comment_id=number + 1,
        bot=bot.name,
        title="Eggs",
        thread=(Turn(author="person", text=TEXT),),
        parameters=wishes,
        asked_at=0,
        deadline_at=0,
    )


if __name__ == "__main__":
    read = json.loads(sys.argv[1])
    told = asyncio.run(main(Town(**{**read, "bots": tuple(map(tuple, read["bots"]))})))
    print(json.dumps(asdict(told)), flush=True)
