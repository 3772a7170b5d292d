"""What a bot's folder says of itself: the model card `README.md`, and in `bot.toml` its lines for `bots.toml`."""

import argparse
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from engine.training.dataset import Manifest
from engine.training.loss import Loss
from engine.training.result import LOSS_CURVE, Result

CARD: Final = "README.md"
LINES: Final = "bot.toml"
_CARD: Final = """---
library_name: transformers
pipeline_tag: text-generation
{base_model}---
# {bot}

A GPT-2 of {parameters:.2f} M parameters in half precision that writes like {subreddits}.

![The losses over the steps]({curve})

## Use
`bot.toml` beside this file holds its lines for an engine's `bots.toml`. It knows threads in the `{dialect}` dialect,
and answers after `<|sor|>`, `<|soopr|>` or `<|soocr|>`.

## Training
- **Base**: {base}{adapters}
- **Date**: {date}, on {device}, {minutes:.1f} minutes, {speed:,.0f} tokens a second
- **Command**:

      {command}

| held out | loss (nats a token) | perplexity | bits a byte |
|---|---|---|---|
| the base | {before} |
| this bot | {after} |

## Data
{posts:,} posts to learn from, in {threads:,} threads; {held_posts:,} posts in {held_threads:,} threads were held out.

| file | bytes | SHA-256 |
|---|---|---|
{sources}
| `train.txt`, made from them | | `{train_sha256}` |
| `heldout.txt`, made from them | | `{heldout_sha256}` |

Made with seed {seed} by

    {dataset_command}

under these rules:

```json
{rules}
```

## Limits
It writes what such threads look like; what it says is made up.
"""


def write(arguments: argparse.Namespace, manifest: Manifest, parameters: int, result: Result) -> None:
    """Both files, into the folder that the arguments name."""
    text = _CARD.format(
        bot=arguments.into.name,
        base=arguments.base,
        base_model="" if Path(arguments.base).exists() else f"base_model: {arguments.base}\n",
        adapters=f", with merged LoRA adapters of rank {arguments.lora}" if arguments.lora else "",
        parameters=parameters / 1e6,
        subreddits=" and ".join(f"r/{name}" for name in manifest.subreddits),
        curve=LOSS_CURVE,
        dialect=manifest.dialect,
        date=datetime.now(UTC).date().isoformat(),
        device=result.device,
        minutes=result.seconds / 60,
        speed=result.tokens_per_second,
        command=arguments.command,
        before=_row(result.before),
        after=_row(result.after),
        posts=manifest.train.posts,
        threads=manifest.train.threads,
        held_posts=manifest.heldout.posts,
        held_threads=manifest.heldout.threads,
        sources="\n".join(f"| `{each.name}` | {each.size:,} | `{each.sha256}` |" for each in manifest.sources),
        train_sha256=manifest.train.sha256,
        heldout_sha256=manifest.heldout.sha256,
        seed=manifest.seed,
        dataset_command=manifest.command,
        rules=json.dumps(manifest.rules, indent=2),
    )
    (arguments.into / CARD).write_text(text, "utf-8")
    (arguments.into / LINES).write_text("\n".join(lines(arguments.into.name, ".", manifest)) + "\n", "utf-8")


def lines(name: str, model: str, manifest: Manifest) -> Iterable[str]:
    """`[[bot]]` and what stands under it, for a file from which `model` is the way to the folder."""
    yield "[[bot]]"
    for key, value in (
        ("name", name),
        ("kind", "gpt2"),
        ("model", model),
        ("subreddit", manifest.subreddits[0]),
        ("dialect", manifest.dialect),
    ):
        yield f"{key} = {json.dumps(value)}"


def seen_from(bots_file: Path, folder: Path) -> str:
    """The way from the engine's file of bots to the folder, as `model` takes it."""
    folder, beside = folder.resolve(), bots_file.resolve().parent
    return f"./{folder.relative_to(beside).as_posix()}" if folder.is_relative_to(beside) else folder.as_posix()


def _row(loss: Loss) -> str:
    return f"{loss.mean:.4f} | {loss.perplexity:.2f} | {loss.bits_per_byte:.3f}"
