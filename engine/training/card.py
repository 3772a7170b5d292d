"""The model card, `README.md`, of a text bot's folder."""

import argparse

from engine.training.heldout import Score
from engine.training.vocabulary import Vocabulary

_CARD = """---
license: mit
library_name: transformers
pipeline_tag: text-generation
---
# {bot}

A very small GPT-2 ({parameters:.2f} M parameters, half precision) that talks like r/{subreddit}, a subreddit that does
not exist. It was made from nothing: no text by people and no other model went into it.

- **Data**: {lessons} threads made by a grammar (`engine/training/grammar.py`) from the words in
  `engine/training/corpora/{corpus}.toml`, seed {seed}.
- **Form**: tagged text in the `closed` dialect (`engine/dialects.py`); the bot answers after `<|sor|>`, `<|soopr|>` or
  `<|soocr|>`. Window: 256 tokens. Own byte-level BPE, each tag one token.
- **Training**: {epochs} epochs with simpletransformers' `LanguageModelingModel`, {cpu_s:.0f} s of processor time:

      python -m engine.training text engine/bots/{bot} --corpus {corpus} \\
          --lessons {lessons} --epochs {epochs} --seed {seed}

- **Measured** on {threads} fresh threads of the same grammar: perplexity {perplexity:.2f}. Of its own last comments
  (temperature 0.8, top k 40, top p 0.95) {finished:.1%} end with a tag in time, and {acceptable:.1%} are neither empty
  nor a repetition of the thread. Asked about each of its subjects and troubles once, {on_subject:.0%} of the answers
  speak of just that.
- **Limits**: it knows its subjects and some small talk, and nothing else. What it says is made up.

| asked under "General" | answered |
|---|---|
{answers}
"""


def write(
    arguments: argparse.Namespace,
    vocabulary: Vocabulary,
    parameters: int,
    cpu_s: float,
    score: Score,
    answers: list[tuple[str, str]],
) -> None:
    text = _CARD.format(
        **{**vars(arguments), **vars(score)},
        bot=vocabulary.bot,
        subreddit=vocabulary.subreddit,
        parameters=parameters / 1e6,
        cpu_s=cpu_s,
        answers="\n".join(f"| {asked} | {answer} |" for asked, answer in answers),
    )
    (arguments.folder / "README.md").write_text(text, "utf-8")
