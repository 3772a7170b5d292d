"""`python -m engine.training finetune DATASET --into FOLDER`: a bot from a dataset."""

import argparse
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast, get_args

import torch
from pydantic import TypeAdapter, ValidationError
from transformers import AutoConfig, AutoTokenizer, GPT2LMHeadModel, PreTrainedTokenizerFast

from contracts.wire import PersonName
from engine.training import card, curve, lora, progress
from engine.training.base import SIZES, add_tags, block_size, load_base
from engine.training.blocks import Blocks, Shuffled
from engine.training.checkpoints import Checkpoints
from engine.training.course import Course, Precision, dtype_for, steps_an_epoch
from engine.training.dataset import HELD_OUT, TRAIN, Manifest, read_threads
from engine.training.numbers import at_least
from engine.training.problems import TrainingError
from engine.training.ranks import Rank, joined
from engine.training.result import LOSS_CURVE, Result
from engine.training.tokenizer import save_tokenizer

log = logging.getLogger(__name__)

CHECKPOINTS: Final = "checkpoints"
BASE: Final = "base"
TENSORBOARD: Final = "tensorboard"
NEW_TOKENS: Final = "new_tokens.json"
BOTS_FILE: Final = Path(__file__).parents[1] / "bots.toml"
# Of the held-out threads so many characters are read at each evaluation: about 200,000 tokens.
HELD_OUT_CHARACTERS: Final = 800_000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "finetune",
        help="a bot from a dataset, on top of any GPT-2",
        description="Trains a GPT-2 on a dataset. Repeated after an interruption, the same command goes on from the "
        "latest checkpoint. On several cards: torchrun --nproc-per-node CARDS -m engine.training finetune …",
    )
    add = parser.add_argument
    add("dataset", type=Path, help="a folder that make-dataset made")
    add("--into", type=Path, required=True, metavar="FOLDER", help="where the bot is written; its name is the bot's")
    add("--base", default=SIZES[0], help=f"{', '.join(SIZES)}, another id, or a folder (default: %(default)s)")
    add("--epochs", type=at_least(1), default=3, help="times each text is learnt (default: %(default)s)")
    add("--learning-rate", type=float, default=5e-5, help="at its highest (default: %(default)s)")
    add("--batch", type=at_least(1), default=4, help="blocks at a time on each card (default: %(default)s)")
    add("--accumulate", type=at_least(1), default=1, help="batches a step (default: %(default)s)")
    add("--block-tokens", type=at_least(2), help="tokens of a block (default: the model's window)")
    add("--evaluations", type=at_least(1), default=20, help="and checkpoints, in all (default: %(default)s)")
    add(
        "--patience",
        type=at_least(1),
        default=3,
        help="it stops after so many evaluations without progress; an interruption begins the count anew",
    )
    add("--lora", type=at_least(0), default=0, metavar="RANK", help="train adapters of this rank alone, and merge them")
    add("--less-memory", action="store_true", help="compute again what would be kept for the gradients; slower")
    add("--precision", choices=get_args(Precision), default="auto", help="of the products")
    add("--seed", type=int, default=7, help="(default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    manifest = Manifest.load(arguments.dataset)
    _check_name(arguments.into)
    checkpoints = Checkpoints(arguments.into / CHECKPOINTS)
    if (arguments.into / "config.json").exists() and not checkpoints.is_open:
        raise TrainingError(f"{arguments.into} holds a finished bot already; choose another folder.")
    with joined() as rank:
        if rank.is_first:
            checkpoints.open({"processes": rank.count, **_lasting(arguments, manifest)})
            _prepare_base(arguments.base, manifest, checkpoints.folder / BASE)
        rank.wait()
        trained, tokenizer, result = _trained(arguments, rank, checkpoints)
        if rank.is_first:
            save(trained, tokenizer, arguments.into)
            curve.draw(result.points, arguments.into / LOSS_CURVE, f"{arguments.into.name}, held out and learnt")
            card.write(arguments, manifest, trained.num_parameters(), result)
            checkpoints.remove()
            way = card.seen_from(BOTS_FILE, arguments.into)
            print(f"\nThe bot is in {arguments.into}. Its lines for {BOTS_FILE.name}:\n")
            print("\n".join(card.lines(arguments.into.name, way, manifest)))


def _check_name(into: Path) -> None:
    """The folder's name is the bot's. Raises TrainingError before hours are spent on one that nobody can call."""
    try:
        TypeAdapter(PersonName).validate_python(into.resolve().name)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise TrainingError(f"{into.resolve().name!r} cannot be the name of a bot: {said}.") from None


def save(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """In half precision, as the engine serves it. Raises TrainingError where a weight is beyond its range."""
    model.half()
    for name, weight in model.named_parameters():
        if not torch.isfinite(weight).all():
            raise TrainingError(f"The training went astray: {name} holds no finite numbers. Try a lower learning rate.")
    model.save_pretrained(folder)
    save_tokenizer(tokenizer, folder, int(model.config.n_positions))


def _lasting(arguments: argparse.Namespace, manifest: Manifest) -> dict[str, Any]:
    """What must not change between an interruption and its resumption."""
    names = ("base", "epochs", "learning_rate", "batch", "accumulate", "block_tokens", "evaluations", "lora", "seed")
    return {"train_sha256": manifest.train.sha256, **{name: vars(arguments)[name] for name in names}}


def _prepare_base(source: str, manifest: Manifest, folder: Path) -> None:
    """Once: the embeddings of new tags begin at random, and each process and each resumption needs the same."""
    if (folder / NEW_TOKENS).is_file():
        return
    model, tokenizer = load_base(source)
    new = add_tags(model, tokenizer, manifest.dialect)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / NEW_TOKENS).write_text(json.dumps(new), "utf-8")
    log.info("%s: %d parameters, %d new tags", source, model.num_parameters(), len(new))


def _trained(
    arguments: argparse.Namespace, rank: Rank, checkpoints: Checkpoints
) -> tuple[GPT2LMHeadModel, PreTrainedTokenizerFast, Result]:
    # simpletransformers is optional, takes seconds to load, and warns of what it cannot do any more.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from engine.training.trainer import Trainer

    base = checkpoints.folder / BASE
    tokenizer = cast(PreTrainedTokenizerFast, AutoTokenizer.from_pretrained(base, local_files_only=True))
    tokens = block_size(AutoConfig.from_pretrained(base, local_files_only=True), arguments.block_tokens)
    blocks = Blocks(tokenizer, read_threads(arguments.dataset, TRAIN), tokens)
    held_out = _some(read_threads(arguments.dataset, HELD_OUT))
    course = _course(arguments, rank, len(blocks))
    new_tokens = json.loads((base / NEW_TOKENS).read_text("utf-8"))
    trainer = Trainer(base, tokenizer, new_tokens, held_out, course, rank, checkpoints)
    log.info("%d blocks of %d tokens on %s in %s", len(blocks), tokens, rank.device, course.dtype)
    before = trainer.held_out_loss()
    mine = len(Shuffled(len(blocks), course, rank)) * course.epochs
    with progress.shown(mine, tokens * rank.count, is_quiet=not rank.is_first) as going:
        points = trainer.fit(blocks, going)
    after = trainer.held_out_loss()
    result = Result(before, after, points, going.tokens_per_second, going.seconds, str(rank.device))
    return lora.merged(trainer.core.cpu()), tokenizer, result


def _course(arguments: argparse.Namespace, rank: Rank, blocks: int) -> Course:
    """Raises TrainingError where there is too little to learn for one step."""
    an_epoch = steps_an_epoch(blocks // rank.count, arguments.batch, arguments.accumulate)
    if not an_epoch:
        raise TrainingError(
            f"{blocks} blocks are fewer than one step learns: choose a smaller --accumulate or smaller --block-tokens."
        )
    return Course(
        epochs=arguments.epochs,
        learning_rate=arguments.learning_rate,
        batch=arguments.batch,
        accumulate=arguments.accumulate,
        evaluate_every=max(1, an_epoch * arguments.epochs // arguments.evaluations),
        patience=arguments.patience,
        dtype=dtype_for(arguments.precision, rank.device),
        lora_rank=arguments.lora,
        less_memory=arguments.less_memory,
        seed=arguments.seed,
    )


def _some(texts: Iterator[str]) -> list[str]:
    """Raises TrainingError where there are none."""
    some: list[str] = []
    characters = 0
    for text in texts:
        some.append(text)
        characters += len(text)
        if characters >= HELD_OUT_CHARACTERS:
            break
    if not some:
        raise TrainingError("The dataset holds no thread out, so nothing would tell when to stop.")
    return some
