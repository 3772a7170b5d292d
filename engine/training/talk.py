"""`python -m engine.training try BOT`: talk to a bot in the terminal, as the engine lets it talk."""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Final, get_args

from pydantic import ValidationError
from rich.console import Console
from rich.live import Live
from rich.text import Text

from contracts.jobs import Job, Turn
from contracts.message import Parameters
from engine.answers import Answer, Snapshot
from engine.bots import Bot, BotsError, read_bots
from engine.dialects import Dialect
from engine.failures import JobError, ModelUnavailableError
from engine.kinds.gpt2 import TaggedText, open_model
from engine.training.base import bot_folder
from engine.training.card import LINES
from engine.training.numbers import at_least
from engine.training.problems import TrainingError

YOU: Final = "you"
TITLE: Final = "General"
NEW: Final = "/new"
PROMPT: Final = "you> "


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "try",
        help="talk to a bot in the terminal",
        description=f"Each line answers the bot's last words. {NEW} TITLE begins another thread; Ctrl-D ends.",
    )
    parser.add_argument("bot", type=Path, metavar="BOT", help="the bot's folder")
    parser.add_argument("--dialect", choices=get_args(Dialect), help=f"where the folder has no {LINES}")
    parser.add_argument("--subreddit", help=f"likewise; where it has no {LINES}, the bot's name is that of the folder")
    parser.add_argument("--seed", type=at_least(0), help="the same seed gives the same answers")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    folder = bot_folder(arguments.bot)
    bot = bot_in(arguments.bot, arguments.dialect, arguments.subreddit)
    try:
        model = open_model(folder, "auto")
    except ModelUnavailableError as error:
        raise TrainingError(f"The bot cannot be loaded: {error}") from error
    console, title, thread = Console(highlight=False), TITLE, list[Turn]()
    while (line := _line()) is not None:
        if line == NEW or line.startswith(f"{NEW} "):
            title, thread = line.removeprefix(NEW).strip() or TITLE, []
        elif line:
            thread.append(Turn(author=YOU, text=line))
            said = ""
            try:
                with Live(console=console, auto_refresh=False) as shown:
                    for said in answer(model, bot, title, thread, arguments.seed):
                        shown.update(Text(f"{bot.name}> {said}"), refresh=console.is_terminal)
            except JobError as error:
                console.print(f"({error})")
            else:
                thread.append(Turn(author=bot.name, text=said, is_bot=True))


def bot_in(folder: Path, dialect: Dialect | None, subreddit: str | None) -> Bot:
    """As its own file describes it. Raises TrainingError."""
    try:
        if (folder / LINES).is_file():
            bot = read_bots(folder / LINES)[0]
        else:
            bot = Bot(name=folder.resolve().name, kind="gpt2", model=str(folder))
        changes = {"dialect": dialect, "subreddit": subreddit}
        return Bot.model_validate(bot.model_dump() | {key: value for key, value in changes.items() if value})
    except (BotsError, ValidationError) as error:
        raise TrainingError(f"{folder}: {error}") from error


def answer(model: TaggedText, bot: Bot, title: str, thread: list[Turn], seed: int | None) -> Iterator[str]:
    """The text so far, over and over, the last time whole. Raises JobError where the bot finds no words."""
    job = Job(
        job_id="0" * 32,
        channel=bot.subreddit or bot.name,
        comment_id=1,
        bot=bot.name,
        title=title,
        thread=tuple(thread),
        parameters=Parameters(seed=seed),
        asked_at=int(time.time() * 1000),
        deadline_at=int(time.time() * 1000),
    )
    for said in model.answer(bot, job, lambda _: Future()):
        if isinstance(said, Snapshot | Answer):
            yield said.text
        model.step()


def _line() -> str | None:
    """What is typed; None at its end."""
    try:
        return input(PROMPT).strip()
    except EOFError:
        print()
        return None
