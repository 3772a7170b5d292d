"""The text bots: their threads, their tokenizer, their training, and the folders that the repository ships."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from contracts.jobs import Turn
from engine import dialects
from engine.dialects import TAG, Dialect
from engine.kinds.gpt2 import open_model
from engine.training.blocks import Blocks, Shuffled
from engine.training.course import Course
from engine.training.grammar import lessons
from engine.training.loss import measured
from engine.training.new_base import untrained
from engine.training.people import person
from engine.training.ranks import Rank
from engine.training.talk import answer, bot_in
from engine.training.tokenizer import save_tokenizer, train_tokenizer
from engine.training.vocabulary import corpus_names, load_phrases, load_vocabulary

BOTS = Path(__file__).parents[3] / "engine" / "bots"
TINY_TOKENS = 600
BLOCK_TOKENS = 256


def made_texts(corpus: str, count: int, dialect: Dialect = "closed") -> list[str]:
    return [lesson.tagged(dialect) for lesson in lessons(load_vocabulary(corpus), count, seed=1)]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(made_texts("coop", 300), "closed", TINY_TOKENS)


@pytest.mark.parametrize("corpus", corpus_names())
def test_every_slot_that_a_line_names_has_words(corpus: str) -> None:
    vocabulary = load_vocabulary(corpus)
    named = set(re.findall(r"\{(\w+)\}", vocabulary.model_dump_json(exclude={"slots"})))
    assert named == set(vocabulary.slots)


@pytest.mark.parametrize("corpus", corpus_names())
def test_the_same_seed_makes_the_same_threads_and_another_seed_makes_others(corpus: str) -> None:
    vocabulary = load_vocabulary(corpus)
    assert lessons(vocabulary, 50, seed=1) == lessons(vocabulary, 50, seed=1)
    assert len({lesson.thread for seed in (1, 2) for lesson in lessons(vocabulary, 50, seed)}) > 90


@pytest.mark.parametrize("corpus", corpus_names())
def test_threads_are_whole_and_hold_no_slot_and_no_stray_brace(corpus: str) -> None:
    for text in made_texts(corpus, 500):
        assert re.fullmatch(r"<\|startoftext\|>.+<\|(eoss|eols)\|><\|endoftext\|>", text)
        assert not re.search(r"[{}]|  |\.\.|,\.", TAG.sub("", text)), text


@pytest.mark.parametrize("corpus", corpus_names())
def test_every_way_of_answering_is_taught(corpus: str) -> None:
    texts = made_texts(corpus, 300)
    asked = {re.findall(r"<\|(so\w*r)\|>", text)[-1] for text in texts}
    assert asked == {"sor", "soopr", "soocr"}
    assert any("<|sols r/" in text for text in texts)
    assert any("<|sot|>General<|eot|>" in text for text in texts)


def test_names_are_written_as_they_are() -> None:
    rng, names = random.Random(1), load_phrases().names
    for name in (person(rng, names) for _ in range(200)):
        thread = dialects.Thread("", "", False, "CoopsLab", (dialects.Comment(name, "hi"),))
        assert f"<|sor u/{name}|>hi" in dialects.render("closed", thread)


@pytest.mark.parametrize("dialect", ["plain", "open", "closed"])
def test_each_tag_is_one_token_and_survives_the_round_trip(dialect: Dialect) -> None:
    texts = made_texts("pablo", 200, dialect)
    tokenizer = train_tokenizer(texts, dialect, TINY_TOKENS)
    for tag in dialects.tags(dialect):
        assert tokenizer.tokenize(tag) == [tag]
    for text in [*texts, "🐔 مرحبا\n\tα <3", "<| eor |> < |eor| >"]:
        ids = tokenizer(text).input_ids
        assert tokenizer.decode(ids) == text
        assert tokenizer.decode(ids, skip_special_tokens=True) == text.replace("<|endoftext|>", "")


def test_training_sees_exactly_the_ids_of_the_texts(tokenizer: PreTrainedTokenizerFast) -> None:
    texts = made_texts("coop", 40)
    blocks = Blocks(tokenizer, texts, BLOCK_TOKENS)
    ids = [token for text in texts for token in tokenizer(text).input_ids]
    seen = [token for number in range(len(blocks)) for token in blocks[number].tolist()]
    assert seen == ids[: len(seen)]
    assert 0 <= len(ids) - len(seen) < BLOCK_TOKENS
    assert "".join(texts).startswith(str(tokenizer.decode(blocks[0])))


def shuffled(blocks: int, rank: int = 0, ranks: int = 1, **changes: int) -> Shuffled:
    course = Course(1, 1e-3, 2, 1, 1, 1, torch.float32, lora_rank=0, less_memory=False, seed=7)
    return Shuffled(blocks, replace(course, **changes), Rank(rank, ranks, torch.device("cpu")))  # type: ignore[arg-type]


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_each_epoch_shuffles_each_block_once_over_all_processes_and_anew(ranks: int) -> None:
    orders = [shuffled(11, rank, ranks) for rank in range(ranks)]
    epochs = [[block for order in orders for block in order] for _ in range(2)]
    for epoch in epochs:
        assert len(set(epoch)) == len(epoch) == 11 // ranks * ranks
    assert epochs[0] != epochs[1]
    assert list(shuffled(11, seed=8)) != list(shuffled(11))


@pytest.mark.parametrize("accumulate", [1, 2, 3])
def test_a_resumed_order_goes_on_where_it_was_left(accumulate: int) -> None:
    whole, resumed = (shuffled(21, accumulate=accumulate) for _ in range(2))
    _, second = list(whole), list(whole)
    assert len(second) == (21 if accumulate == 1 else 20 if accumulate == 2 else 18)
    resumed.resume(1, step=2)
    assert resumed.resumed_at == whole.steps + 2
    # The first two batches are thrown away by the trainer; then comes what two steps have not learnt.
    assert list(resumed)[4:] == second[4 * accumulate :]


def test_a_saved_tokenizer_gives_the_same_ids(tokenizer: PreTrainedTokenizerFast, tmp_path: Path) -> None:
    save_tokenizer(tokenizer, tmp_path, BLOCK_TOKENS)
    loaded = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    texts = made_texts("coop", 50)
    assert [loaded(text).input_ids for text in texts] == [tokenizer(text).input_ids for text in texts]
    assert loaded.model_max_length == BLOCK_TOKENS


def test_perplexity_of_an_untrained_model_is_about_the_size_of_its_vocabulary(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    model = untrained(tokenizer, layers=1, width=32, heads=2, window=BLOCK_TOKENS, seed=1)
    loss = measured(model, BLOCK_TOKENS, tokenizer, made_texts("coop", 5))
    assert 0.5 * len(tokenizer) < loss.perplexity < 2 * len(tokenizer)


def test_the_loss_is_that_of_each_text_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    texts = made_texts("coop", 7)
    model = untrained(tokenizer, layers=1, width=32, heads=2, window=BLOCK_TOKENS, seed=1)
    together = measured(model, BLOCK_TOKENS, tokenizer, texts)
    nats = tokens = 0.0
    for text in texts:
        ids = tokenizer(text, return_tensors="pt").input_ids[:, :BLOCK_TOKENS]
        nats += model(ids, labels=ids).loss.item() * (ids.shape[1] - 1)
        tokens += ids.shape[1] - 1
    assert together.tokens == tokens
    assert together.nats == pytest.approx(nats, rel=1e-4)
    rest = sum(len(text.removeprefix("<|startoftext|>").encode()) for text in texts)
    assert together.text_bytes == rest


@pytest.mark.parametrize("bot", ["CoopBot", "PabloBot"])
def test_a_shipped_bot_is_a_plain_transformers_folder(bot: str) -> None:
    model = AutoModelForCausalLM.from_pretrained(BOTS / bot, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(BOTS / bot, local_files_only=True)
    assert len(tokenizer) == model.config.vocab_size
    assert tokenizer.model_max_length == model.config.n_positions
    assert all(tokenizer.tokenize(tag) == [tag] for tag in dialects.tags("closed"))


@pytest.mark.parametrize("corpus", corpus_names())
def test_a_shipped_bot_answers_a_chat_without_a_broken_tag(corpus: str) -> None:
    vocabulary = load_vocabulary(corpus)
    folder = BOTS / vocabulary.bot
    bot, model = bot_in(folder, "closed", vocabulary.subreddit), open_model(str(folder), "cpu")
    for number, asked in enumerate(vocabulary.samples):
        *_, said = answer(model, bot, "General", [Turn(author="Ada", text=asked)], seed=number)
        assert re.search(r"\w", said), asked
        assert not re.search(r"[<>|{}\ufffd]", said), (asked, said)


@pytest.mark.parametrize("bot", ["CoopBot", "PabloBot"])
def test_a_shipped_bot_is_small_in_half_precision_and_without_pickles(bot: str) -> None:
    folder = BOTS / bot
    weights_and_words = {"model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    settings = {"bot.toml", "config.json", "generation_config.json"}
    told = {"README.md", "EVALUATION.md", "loss.png"}
    assert {path.name for path in folder.iterdir()} == weights_and_words | settings | told
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_500_000
    assert json.loads((folder / "config.json").read_text("utf-8"))["dtype"] == "float16"
