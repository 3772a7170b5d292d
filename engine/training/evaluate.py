"""`python -m engine.training evaluate BOT [BOT] --dataset DATASET`: numbers, and samples side by side."""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from torch import nn

from engine.device import choose
from engine.training.answering import Answered, Answering
from engine.training.base import bot_folder, load_base
from engine.training.dataset import HELD_OUT, TRAIN, read_threads
from engine.training.loss import Loss, measured
from engine.training.numbers import at_least
from engine.training.problems import TrainingError
from engine.training.score import Score, score
from engine.training.tagged import Question, question

log = logging.getLogger(__name__)

EVALUATION: Final = "EVALUATION.md"
SAMPLES: Final = 20
SHOWN_CHARACTERS: Final = 300
# Of the held-out threads so many are foretold; more would change the third digit.
THREADS: Final = 1000


@dataclass(frozen=True)
class Evaluation:
    """Of one bot."""

    name: str
    loss: Loss
    score: Score
    answered: Sequence[Answered]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("evaluate", help="perplexity, tag errors, repetition, copying, and samples")
    parser.add_argument("bots", type=Path, nargs="+", metavar="BOT", help="the folders of one or two bots")
    parser.add_argument("--dataset", type=Path, required=True, help="whose held-out threads they have not seen")
    parser.add_argument("--answers", type=at_least(1), default=200, help="how many each writes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="also write it there, as Markdown")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Prints the report, and one line of JSON last."""
    evaluations = evaluated(arguments.bots, arguments.dataset, arguments.answers, arguments.seed)
    text = report(evaluations)
    Console().print(Markdown(text))
    if arguments.report:
        arguments.report.write_text(text, "utf-8")
    figures = {
        str(bot): {"perplexity": each.loss.perplexity, **asdict(each.score)}
        for bot, each in zip(arguments.bots, evaluations, strict=True)
    }
    print(json.dumps(figures))


def held_out_loss(bot: Path, dataset: Path) -> Loss:
    """Raises TrainingError, DatasetError."""
    model, tokenizer = load_base(bot_folder(bot))
    nn.Module.to(model, choose("auto").place)
    loss = measured(model, model.config.n_positions, tokenizer, islice(read_threads(dataset, HELD_OUT), THREADS))
    if not loss.tokens:
        raise TrainingError(f"{dataset} holds no thread out, so there is nothing to measure with.")
    return loss


def evaluated(bots: Sequence[Path], dataset: Path, answers: int, seed: int) -> list[Evaluation]:
    """All are asked the same. Raises TrainingError, DatasetError."""
    losses = [held_out_loss(bot, dataset) for bot in bots]
    answering = [Answering(bot) for bot in bots]
    questions = _questions(dataset, answering, answers)
    evaluations = []
    for bot, loss, each in zip(bots, losses, answering, strict=True):
        log.info("%s answers %d held-out threads", bot.name, len(questions))
        answered = each.answers(questions, seed)
        evaluations.append(Evaluation(bot.name, loss, score(answered, read_threads(dataset, TRAIN)), answered))
    return evaluations


def report(evaluations: Sequence[Evaluation]) -> str:
    """Markdown: a table of the numbers, a column for each bot, then the samples."""
    names = [each.name for each in evaluations]
    rows = {
        "perplexity, held out": [f"{each.loss.perplexity:.2f}" for each in evaluations],
        "bits a byte, held out": [f"{each.loss.bits_per_byte:.3f}" for each in evaluations],
        "answers": [str(each.score.answers) for each in evaluations],
        "answers that never close their tag": [f"{each.score.tag_errors:.1%}" for each in evaluations],
        "answers without a word": [f"{each.score.silent:.1%}" for each in evaluations],
        "answers that only repeat the thread": [f"{each.score.echoes:.1%}" for each in evaluations],
        "repetition: 4-grams that stood in the answer before": [f"{each.score.repetition:.1%}" for each in evaluations],
        "copy rate: 12-grams that stand in the training text": [_share(each.score.copied) for each in evaluations],
        "words an answer": [f"{each.score.words:.1f}" for each in evaluations],
    }
    lines = ["# Evaluation", "", _line(["", *names]), _line(["---"] * (len(names) + 1))]
    lines += [_line([label, *values]) for label, values in rows.items()]
    lines += ["", "## Samples", "", "Held-out threads, what somebody answered there, and what the bots did.", ""]
    for each in zip(*(evaluation.answered[:SAMPLES] for evaluation in evaluations), strict=True):
        lines += _sample(names, each)
    return "\n".join(lines) + "\n"


def _sample(names: Sequence[str], answered: Sequence[Answered]) -> list[str]:
    asked = answered[0].question
    said = [comment.text for comment in asked.said.comments]
    lines = [f"**{_cell(' / '.join(said))}**", "", _line(["who", "answer"]), _line(["---", "---"])]
    lines.append(_line(["*somebody*", asked.answer]))
    return [*lines, *(_line([name, each.text]) for name, each in zip(names, answered, strict=True)), ""]


def _questions(dataset: Path, answering: Sequence[Answering], count: int) -> list[Question]:
    """The first held-out threads with an answer and with room for another in each bot's window.

    Raises TrainingError where there are none.
    """
    asked = (question(tagged) for tagged in read_threads(dataset, HELD_OUT))
    fitting = (one for one in asked if one and all(bot.has_room(one) for bot in answering))
    questions = list(islice(fitting, count))
    if not questions:
        raise TrainingError(f"No held-out thread of {dataset} has an answer and fits into the bots' windows.")
    return questions


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    short = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return " ".join(short.split()).replace("|", "\\|").replace("<", "&lt;")


def _share(value: float | None) -> str:
    return "no answer is that long" if value is None else f"{value:.1%}"
