"""Fine-tuning: a bot comes out, whatever way it is trained, and an interruption loses little."""

import itertools
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from engine.bots import read_bots
from engine.training.__main__ import main
from engine.training.base import load_base
from engine.training.dataset import HELD_OUT, read_threads
from engine.training.loss import Loss, measured
from tests.engine.training.conftest import MakeDataset

pytest.importorskip("simpletransformers", reason="the optional extra `train`")

pytestmark = pytest.mark.filterwarnings("ignore")  # simpletransformers warns while it loads and trains

TinyBase = Callable[..., Path]
ATTENTION = "transformer.h.0.attn.c_attn.weight"
QUICK = ["--epochs", "2", "--learning-rate", "5e-3", "--evaluations", "4", "--batch", "8"]


def started(*words: object, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """In a process of its own, which takes seconds to begin."""
    command = [sys.executable, "-m", "engine.training", "finetune", *map(str, words)]
    return subprocess.Popen(
        command, env=os.environ | (env or {}), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def trained(*words: object) -> None:
    assert main(["finetune", *map(str, words)]) == 0


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert main(["finetune", *map(str, words)]) == 1
    return capsys.readouterr().err


def perplexity(bot: Path, dataset: Path) -> float:
    model, tokenizer = load_base(str(bot))
    return measured(model, model.config.n_positions, tokenizer, read_threads(dataset, HELD_OUT)).perplexity


def test_a_dataset_becomes_a_bot_with_all_that_is_needed_to_serve_and_to_repeat_it(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, into = make_dataset(), tmp_path / "TinyBot"
    base = tiny_base(dataset)
    trained(dataset, "--base", base, "--into", into, *QUICK)
    out, err = capsys.readouterr()
    assert {path.name for path in into.iterdir()} == {
        *("model.safetensors", "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"),
        *("README.md", "bot.toml", "loss.png", "tensorboard"),
    }
    # It learnt, and serves in half precision.
    assert perplexity(into, dataset) < 0.2 * perplexity(base, dataset)
    assert json.loads((into / "config.json").read_text("utf-8"))["dtype"] == "float16"
    assert "local" not in (into / "tokenizer_config.json").read_text("utf-8")
    # What was said while it learnt.
    assert err.count("tokens/s, loss") == 4
    # Its lines for bots.toml, printed and beside it.
    printed = tomllib.loads(out[out.index("[[bot]]") :])["bot"][0]
    (bot,) = read_bots(into / "bot.toml")
    assert Path(bot.model) == into == Path(printed["model"])
    assert (bot.name, bot.kind, bot.subreddit, bot.dialect) == ("TinyBot", "gpt2", "CoopsLab", "closed")
    # The card.
    card = (into / "README.md").read_text("utf-8")
    manifest = json.loads((dataset / "manifest.json").read_text("utf-8"))
    told = [manifest["train"]["sha256"], manifest["sources"][0]["sha256"], '"max_depth": 10', str(base), "closed"]
    for words in (*told, "--learning-rate 5e-3", "make-dataset"):
        assert words in card
    told_perplexity = float(re.search(r"this bot \| [\d.]+ \| ([\d.]+)", card)[1])  # type: ignore[index]
    assert told_perplexity == pytest.approx(perplexity(into, dataset), rel=0.03)
    assert (into / "loss.png").read_bytes().startswith(b"\x89PNG")
    events = EventAccumulator(str(into / "tensorboard")).Reload()
    assert {"loss", "lr", "eval_eval_loss"} <= set(events.Tags()["scalars"])
    assert len(events.Scalars("eval_eval_loss")) == 4


def test_a_base_without_the_tags_learns_them_as_one_token_each(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path
) -> None:
    plain, closed = make_dataset("plain", dialect="plain"), make_dataset("closed")
    base, into = tiny_base(plain), tmp_path / "Bot"
    trained(closed, "--base", base, "--into", into, *QUICK)
    model, tokenizer = load_base(str(into))
    assert tokenizer.tokenize("<|sor u/Ada|>hi<|eoopr|>")[0] == "<|sor u/"
    assert tokenizer.tokenize("<|eoopr|>") == ["<|eoopr|>"]
    assert model.config.vocab_size == len(tokenizer) > load_base(str(base))[0].config.vocab_size


def test_adapters_are_merged_and_leave_other_weights_as_they_were(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path
) -> None:
    plain, closed = make_dataset("plain", dialect="plain"), make_dataset("closed")
    base, into = tiny_base(plain), tmp_path / "Bot"
    trained(closed, "--base", base, "--into", into, "--lora", 4, "--less-memory", *QUICK)
    before, after = load_base(str(base))[0], load_base(str(into))[0]
    assert type(after) is GPT2LMHeadModel
    known = before.config.vocab_size
    words_after, words_before = (model.state_dict()["transformer.wte.weight"] for model in (after, before))
    assert torch.equal(words_after[:known].half(), words_before.half())
    changed = (after.state_dict()[ATTENTION] - before.state_dict()[ATTENTION]).float()
    assert torch.linalg.matrix_rank(changed, rtol=0.01) <= 4
    assert changed.abs().max() > 0
    assert perplexity(into, closed) < 0.8 * known


def test_a_killed_training_goes_on_from_its_checkpoint_and_learns_each_block_once_an_epoch(
    make_dataset: MakeDataset,
    tiny_base: TinyBase,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    dataset, into = make_dataset(count=600), tmp_path / "Bot"
    words = [dataset, "--base", tiny_base(dataset), "--into", into, *QUICK]
    first = started(*words)
    until_s = time.monotonic() + 120
    while not list(into.glob("checkpoints/checkpoint-*/state.json")) and first.poll() is None:
        assert time.monotonic() < until_s
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    _, err = first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL, err
    assert "was begun with learning_rate = 0.005" in refused(capsys, *words, "--learning-rate", "1e-4")
    trained(*words)
    assert "going on after step" in caplog.text
    assert not (into / "checkpoints").exists()
    whole = tmp_path / "Whole"
    trained(*words[:3], "--into", whole, *QUICK)
    # No dropout, and the same order: the interruption changes nothing but roundings.
    assert perplexity(into, dataset) == pytest.approx(perplexity(whole, dataset), rel=0.02)
    steps = [event.step for event in EventAccumulator(str(into / "tensorboard")).Reload().Scalars("eval_eval_loss")]
    assert len(steps) == 4
    assert steps == sorted(steps)


@pytest.mark.parametrize("moment", ["engine.training.finetune.curve.draw", "engine.training.trainer.Trainer._end"])
def test_a_training_that_is_interrupted_after_its_last_step_can_be_ended(
    moment: str, make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, into = make_dataset(), tmp_path / "Bot"
    words = ["finetune", dataset, "--base", tiny_base(dataset), "--into", into, *QUICK, "--accumulate", "3"]

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moment, interrupted)
        assert main([str(word) for word in words]) == 130
    assert main([str(word) for word in words]) == 0
    assert (into / "README.md").is_file()
    assert not (into / "checkpoints").exists()
    assert perplexity(into, dataset) < 600


def test_a_training_that_goes_astray_ends_with_the_best_model(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = pytest.importorskip("engine.training.trainer").Trainer
    dataset, into = make_dataset(), tmp_path / "Bot"
    evaluations, measure = itertools.count(), trainer.held_out_loss

    def astray(self: Any) -> Loss:
        # One before the training, three good ones, and then none any more.
        if next(evaluations) == 4:
            for weight in self.core.parameters():
                weight.data.fill_(float("nan"))
        return measure(self)  # type: ignore[no-any-return]

    monkeypatch.setattr(trainer, "held_out_loss", astray)
    trained(dataset, "--base", tiny_base(dataset), "--into", into, *QUICK, "--evaluations", 8, "--patience", 2)
    # Before, four of eight until it went astray, one more in vain, the last, and that of the model that is kept.
    assert next(evaluations) == 1 + 3 + 2 + 1 + 1
    assert perplexity(into, dataset) < 600


def test_two_processes_share_the_blocks_and_write_one_bot(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path
) -> None:
    dataset, into = make_dataset(), tmp_path / "Bot"
    base = tiny_base(dataset)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    words = [dataset, "--base", base, "--into", into, *QUICK]
    there = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    both = [started(*words, env=there | {"RANK": str(rank), "LOCAL_RANK": "0"}) for rank in range(2)]
    said = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert "[[bot]]" in said[0][0]
    assert said[1][0] == ""
    assert perplexity(into, dataset) < 0.5 * perplexity(base, dataset)


def test_a_training_that_gets_worse_ends_early_with_the_best_model(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Three posts by heart, and other posts held out.
    dataset, into = make_dataset(count=30), tmp_path / "Bot"
    words = ["--epochs", 400, "--learning-rate", "1e-2", "--evaluations", 80, "--patience", 2, "--batch", 8]
    trained(dataset, "--base", tiny_base(dataset), "--into", into, *words)
    told = capsys.readouterr().err.splitlines()
    losses = [float(line.rsplit(" ", 1)[1]) for line in told if "held out" in line and "tokens/s" in line]
    assert 3 <= len(losses) < 80
    model, tokenizer = load_base(str(into))
    kept = measured(model, model.config.n_positions, tokenizer, read_threads(dataset, HELD_OUT)).mean
    assert kept == pytest.approx(min(losses), abs=0.02)
    assert losses[-1] > min(losses)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--base", "./nowhere"], "The model ./nowhere cannot be loaded"),
        (["--block-tokens", "4096"], "do not fit: this model reads 2 to 64"),
        (["--accumulate", "100000"], "fewer than one step learns"),
        (["--precision", "fp16"], "fp16 is for CUDA alone"),
    ],
)
def test_what_cannot_be_trained_is_told_in_a_sentence(
    make_dataset: MakeDataset,
    tiny_base: TinyBase,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    dataset = make_dataset(count=40)
    assert said in refused(capsys, dataset, "--base", tiny_base(dataset), "--into", tmp_path / "Bot", *words)


def test_a_folder_without_a_dataset_and_a_finished_bot_are_left_alone(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tiny_base(make_dataset(count=40))
    assert "is no dataset" in refused(capsys, tmp_path, "--into", tmp_path / "Bot")
    assert "holds a finished bot" in refused(capsys, tmp_path / "dataset", "--into", base)


def test_a_name_that_no_bot_can_have_is_told_before_the_training(
    make_dataset: MakeDataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "'my bot' cannot be the name" in refused(capsys, make_dataset(count=40), "--into", tmp_path / "my bot")


def test_broken_weights_of_a_base_are_told(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(count=40)
    base = tiny_base(dataset)
    (base / "model.safetensors").write_bytes(b"no weights")
    assert "cannot be loaded" in refused(capsys, dataset, "--base", base, "--into", tmp_path / "Bot")


def test_only_gpt2_can_be_a_base(
    make_dataset: MakeDataset, tiny_base: TinyBase, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(count=40)
    base = tiny_base(dataset)
    small = LlamaConfig(
        vocab_size=100, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    LlamaForCausalLM(small).save_pretrained(base)
    assert "is a LlamaForCausalLM" in refused(capsys, dataset, "--base", base, "--into", tmp_path / "Bot")
