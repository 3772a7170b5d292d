"""Folders as ssi-bot and simpletransformers left them, with the files of transformers 3 and 4, answer unchanged."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, get_args

import pytest
import torch
from tokenizers import pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel

from contracts.jobs import Job, Turn
from contracts.message import Parameters
from engine.answers import Answer
from engine.bots import Bot
from engine.device import choose
from engine.dialects import TAG, Dialect
from engine.failures import ModelUnavailableError
from engine.kinds.gpt2 import open_model
from engine.memory import estimated_bytes
from engine.text.writer import Writer
from engine.weights import missing_from, weight_files
from tests.engine.desk import job
from tests.engine.fetching import nothing

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
# `tagged`: the fine-tune added its tags to the tokenizer; `spelled`: it left the tokenizer as it was.
Spelling = Literal["tagged", "spelled"]
GOLDEN = Path(__file__).parents[1] / "golden" / "dialects"
CASE: Final = json.loads((GOLDEN / "threads.json").read_text("utf-8"))["advice"]
# The ids that transformers 4.30 makes of the prompt with the same files.
EXPECTED: Final[dict[Dialect, dict[Spelling, Any]]] = json.loads((GOLDEN / "dropin.json").read_text("utf-8"))

END: Final = "<|endoftext|>"
MERGES: Final = ("Ġ t", "h e", "o r", "s t", "Ġt he")
TOKENS: Final = (*sorted(pre_tokenizers.ByteLevel.alphabet()), *(merge.replace(" ", "") for merge in MERGES), END)
_PARTS: Final = "soss sols sot eot sost eost sol eol sor eor soopr eoopr soocr eoocr eoss eols startoftext"
TAGS: Final = tuple(f"<|{part}|>" for part in _PARTS.split())
ENDS: Final[dict[Dialect, str]] = {"plain": "<|eor|>", "open": "<|eoss|>", "closed": "<|eor|>"}
SAID: Final = "Give them light."
WINDOW: Final = 512
LAYERS: Final = 2


def lay(folder: Path, dialect: Dialect = "closed", spelling: Spelling = "tagged") -> Path:
    """What ssi-bot leaves: a model that says SAID after a prompt as long as the golden one, and `e` anywhere else."""
    folder.mkdir(exist_ok=True)
    tags = TAGS if spelling == "tagged" else ()
    save_tokenizer(folder, tags)
    ids = {token: number for number, token in enumerate((*TOKENS, *tags))}
    end = [ENDS[dialect]] if tags else list(ENDS[dialect])
    says = [ids[token] for token in (*SAID.replace(" ", "Ġ"), *end)]
    save_weights(folder, len(ids), says, len(EXPECTED[dialect][spelling]))
    return folder


def save_tokenizer(folder: Path, tags: tuple[str, ...]) -> None:
    end = {"content": END, "single_word": False, "lstrip": False, "rstrip": False, "normalized": True}
    named = dict.fromkeys(("bos_token", "eos_token", "unk_token"), end)
    saved = {name: token | {"__type": "AddedToken"} for name, token in named.items()}
    settings = {"errors": "replace", "add_prefix_space": False, "model_max_length": 1024, "name_or_path": "gpt2"}
    write(folder / "tokenizer_config.json", saved | settings | {"special_tokens_map_file": None})
    write(folder / "special_tokens_map.json", named | ({"additional_special_tokens": tags} if tags else {}))
    write(folder / "added_tokens.json", {tag: len(TOKENS) + number for number, tag in enumerate(tags)})
    write(folder / "vocab.json", {token: number for number, token in enumerate(TOKENS)})
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *MERGES, ""]), "utf-8")


def save_weights(folder: Path, tokens: int, says: list[int], start: int) -> None:
    """A place says by itself which token follows; the layers, small as they are at first, add little."""
    shape: dict[str, Any] = {"n_positions": WINDOW, "n_embd": 64, "n_layer": LAYERS, "n_head": 2}
    shape |= {"vocab_size": tokens, "bos_token_id": TOKENS.index(END), "eos_token_id": TOKENS.index(END)}
    torch.manual_seed(0)
    weights = GPT2LMHeadModel(GPT2Config(**shape)).state_dict()
    words = torch.nn.functional.normalize(torch.randn(tokens, 64))
    weights["transformer.wte.weight"] = weights["lm_head.weight"] = words
    weights["transformer.wpe.weight"][:] = 20 * words[TOKENS.index("e")]
    weights["transformer.wpe.weight"][start - 1 : start - 1 + len(says)] = 20 * words[says]
    for layer in range(LAYERS):
        seen = torch.ones(1, 1, WINDOW, WINDOW, dtype=torch.uint8).tril()
        weights |= {f"transformer.h.{layer}.attn.bias": seen}
        weights |= {f"transformer.h.{layer}.attn.masked_bias": torch.tensor(-1e4)}
    torch.save(weights, folder / "pytorch_model.bin")
    old = {"_num_labels": 1, "gradient_checkpointing": False, "n_ctx": WINDOW, "transformers_version": "4.2.2"}
    usual = {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2"}
    samples = {"task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}}}
    write(folder / "config.json", shape | old | usual | samples)


def add_remains_of_training(folder: Path, trap: object = None) -> None:
    """What simpletransformers leaves besides."""
    checkpoint = folder / "checkpoint-500"
    checkpoint.mkdir()
    for file in [*folder.iterdir()]:
        if file.is_file():
            (checkpoint / file.name).write_bytes(file.read_bytes())
    for place in (folder, checkpoint):
        for name in ("training_args.bin", "optimizer.pt", "scheduler.pt"):
            torch.save(trap, place / name)
        write(place / "model_args.json", {"model_type": "gpt2", "train_batch_size": 4, "best_model_dir": "outputs/"})
        (place / "eval_results.txt").write_text("eval_loss = 1.5\nperplexity = 4.5\n", "utf-8")


def write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content), "utf-8")


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self._file,)


def golden_job() -> Job:
    thread = CASE["thread"]
    turns = [(CASE["author"], thread["body"]), *thread["comments"]]
    said = tuple(Turn(author=author, text=text) for author, text in turns)
    return job(CASE["bot"]).model_copy(update={"title": thread["title"], "thread": said})


def answered(folder: Path, dialect: Dialect, asked: Job) -> Answer:
    chosen = Parameters(temperature=0, repetition_penalty=1, max_new_tokens=40)
    bot = Bot(name="CoopBot", kind="gpt2", model=str(folder), subreddit="CoopsLab", dialect=dialect, parameters=chosen)
    model = open_model(str(folder), "cpu")
    for said in model.answer(bot, asked, nothing):
        if isinstance(said, Answer):
            return said
        model.step()
    raise AssertionError("no answer")


def encoded(folder: Path, text: str | None) -> list[int]:
    return Writer(str(folder), choose("cpu")).encode(text or "")


@pytest.mark.parametrize("maker", ["ssi-bot", "simpletransformers"])
@pytest.mark.parametrize("spelling", get_args(Spelling))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_folder_answers_the_exact_prompt_of_its_dialect(
    dialect: Dialect, spelling: Spelling, maker: str, tmp_path: Path
) -> None:
    folder = lay(tmp_path / "bot", dialect, spelling)
    if maker == "simpletransformers":
        add_remains_of_training(folder)
    answer = answered(folder, dialect, golden_job())
    assert answer.prompt == json.loads((GOLDEN / f"{dialect}.json").read_text("utf-8"))["advice"]["prompt"]
    assert encoded(folder, answer.prompt) == EXPECTED[dialect][spelling]
    assert answer.prompt_tokens == len(EXPECTED[dialect][spelling])
    assert answer.text == SAID


@pytest.mark.parametrize("spelling", get_args(Spelling))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_long_thread_fills_the_window_by_tokens_and_leaves_room_for_the_answer(
    dialect: Dialect, spelling: Spelling, tmp_path: Path
) -> None:
    turns = tuple(Turn(author=f"user{number}", text="the 🐔 store " * 6) for number in range(40))
    asked = golden_job().model_copy(update={"thread": turns})
    answer = answered(lay(tmp_path / "bot", dialect, spelling), dialect, asked)
    room = WINDOW - 40
    assert answer.prompt is not None
    assert answer.prompt_tokens is not None
    assert room - 150 < answer.prompt_tokens <= room
    assert all(tag.endswith("|>") for tag in TAG.findall(answer.prompt))


def described(folder: Path) -> None:
    """Tags that were added as objects, not as strings."""
    file = folder / "special_tokens_map.json"
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    listed = [{"content": tag} | plain for tag in TAGS]
    write(file, json.loads(file.read_text("utf-8")) | {"additional_special_tokens": listed})


def not_special(folder: Path) -> None:
    file = folder / "special_tokens_map.json"
    named = json.loads(file.read_text("utf-8"))
    del named["additional_special_tokens"]
    write(file, named)


def in_any_order(folder: Path) -> None:
    """A tag has the number in the file, not the place."""
    file = folder / "added_tokens.json"
    write(file, dict(sorted(json.loads(file.read_text("utf-8")).items())))


def without_settings(folder: Path) -> None:
    (folder / "tokenizer_config.json").unlink()


def from_old_torch(folder: Path) -> None:
    weights = torch.load(folder / "pytorch_model.bin", weights_only=True)
    torch.save(weights, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)


@pytest.mark.parametrize("change", [described, not_special, in_any_order, without_settings, from_old_torch])
def test_other_ways_to_save_the_same_are_read_alike(change: Callable[[Path], None], tmp_path: Path) -> None:
    folder = lay(tmp_path / "bot")
    change(folder)
    answer = answered(folder, "closed", golden_job())
    assert encoded(folder, answer.prompt) == EXPECTED["closed"]["tagged"]
    assert answer.text == SAID


def test_what_training_left_is_never_unpickled(tmp_path: Path) -> None:
    folder, sprung = lay(tmp_path / "bot"), tmp_path / "sprung"
    add_remains_of_training(folder, Trap(sprung))
    assert answered(folder, "closed", golden_job()).text == SAID
    assert not sprung.exists()
    torch.load(folder / "training_args.bin", weights_only=False)
    assert sprung.exists()


def test_weights_that_would_run_something_are_refused(tmp_path: Path) -> None:
    folder, sprung = lay(tmp_path / "bot"), tmp_path / "sprung"
    torch.save({"transformer.wte.weight": Trap(sprung)}, folder / "pytorch_model.bin")
    with pytest.raises(ModelUnavailableError, match="not only weights"):
        open_model(str(folder), "cpu")
    assert not sprung.exists()


@pytest.mark.parametrize("content", [b"", b"no weights", pickle.dumps({"weights": 1}, protocol=2)[:-4]])
def test_broken_weights_are_unavailable(content: bytes, tmp_path: Path) -> None:
    folder = lay(tmp_path / "bot")
    (folder / "pytorch_model.bin").write_bytes(content)
    with pytest.raises(ModelUnavailableError):
        open_model(str(folder), "cpu")


def test_a_folder_is_complete_and_as_large_as_its_own_weights(tmp_path: Path) -> None:
    folder = lay(tmp_path / "bot")
    add_remains_of_training(folder)
    weights = folder / "pytorch_model.bin"
    assert missing_from(folder, "gpt2") == []
    assert weight_files(folder, "gpt2") == [weights]
    assert estimated_bytes(str(folder), "gpt2", torch.float32) == weights.stat().st_size


def test_weights_in_a_checkpoint_are_not_those_of_the_folder(tmp_path: Path) -> None:
    folder = lay(tmp_path / "bot")
    add_remains_of_training(folder)
    (folder / "pytorch_model.bin").unlink()
    assert missing_from(folder, "gpt2") == ["weights"]
    assert estimated_bytes(str(folder), "gpt2", torch.float32) is None
    assert missing_from(folder / "checkpoint-500", "gpt2") == []
