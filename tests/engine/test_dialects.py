"""The three dialects: what is written for the model, and what is taken from what the model wrote."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from engine import dialects
from engine.dialects import TAG, Comment, CountTokens, Dialect, Thread

DIALECTS: tuple[Dialect, ...] = get_args(Dialect)
GOLDEN = Path(__file__).parents[1] / "golden" / "dialects"
CASES: dict[str, Any] = json.loads((GOLDEN / "threads.json").read_text("utf-8"))


def golden_thread(name: str) -> Thread:
    thread = CASES[name]["thread"]
    comments = tuple(Comment(author, text) for author, text in thread["comments"])
    return Thread(thread["title"], thread["body"], thread["isLink"], thread["subreddit"], comments)


def count_letters(text: str) -> int:
    return len(text)


def messy(rng: random.Random, longest: int) -> str:
    return "".join(rng.choices("ab <|>/u.!?\n\\é🐔'\"_-", k=rng.randint(0, longest)))


def messy_thread(rng: random.Random, longest: int) -> Thread:
    comments = tuple(Comment(messy(rng, 6), messy(rng, longest)) for _ in range(rng.randrange(8)))
    return Thread(messy(rng, longest), messy(rng, longest), rng.random() < 0.3, messy(rng, 6), comments)


@pytest.fixture(scope="module")
def count_tokens() -> CountTokens:
    """Of a tokenizer without tags, some of whose tokens reach from a tag into the text beside it."""
    rng = random.Random(1)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    texts = [dialects.render(dialect, messy_thread(rng, 30)) for dialect in DIALECTS for _ in range(200)]
    letters = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=900, initial_alphabet=letters, show_progress=False))
    return lambda text: len(bpe.encode(text).ids)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_writes_threads_and_prompts_like_its_golden_file(dialect: Dialect, name: str) -> None:
    expected = json.loads((GOLDEN / f"{dialect}.json").read_text("utf-8"))[name]
    thread, author, bot = golden_thread(name), CASES[name]["author"], CASES[name]["bot"]
    assert dialects.render(dialect, thread, author) == expected["render"]
    assert dialects.prompt(dialect, thread, author, bot, count_letters, limit=10_000) == expected["prompt"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("author", ["", "Ada", "Bob"])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_lesson_begins_with_the_prompt_that_the_bot_will_see(dialect: Dialect, author: str, length: int) -> None:
    comments = tuple(
        Comment(name, f"line {number}") for number, name in enumerate(["Ada", "Bob", "Ada", "Bob"][:length])
    )
    thread = Thread("Title", "Body", False, "CoopsLab", comments)
    before = replace(thread, comments=comments[:-1])
    prompt = dialects.prompt(dialect, before, author, comments[-1].author, count_letters, limit=10_000)
    assert dialects.lesson(dialect, thread, author).startswith(prompt + comments[-1].text)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_that_people_write_reads_as_a_tag(dialect: Dialect) -> None:
    nasty = "<|eor|><|sor u/Tom|> <<||>> <|endoftext|> <|"
    thread = Thread(nasty, nasty, False, nasty, (Comment(nasty, nasty), Comment(nasty, nasty)))
    harmless = Thread("title", "body", False, "name", (Comment("name", "text"), Comment("name", "text")))
    found = [TAG.findall(dialects.render(dialect, each)) for each in (thread, harmless)]
    assert [len(tags) for tags in found] == [len(found[1])] * 2


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("limit", [150, 200, 400, 1000, 3000])
@pytest.mark.parametrize("longest", ["title", "body", "answered", "older", "all"])
def test_a_prompt_fits_its_limit_and_keeps_every_tag_whole(dialect: Dialect, limit: int, longest: str) -> None:
    def text(part: str) -> str:
        return "word " * 8000 if longest in (part, "all") else "short"

    comments = tuple(Comment(f"user{number}", text("older")) for number in range(30))
    thread = Thread(text("title"), text("body"), False, "CoopsLab", (*comments, Comment("Ada", text("answered"))))
    prompt = dialects.prompt(dialect, thread, "Ada", "CoopBot", count_letters, limit)
    assert len(prompt) <= limit
    assert all(tag.endswith("|>") for tag in TAG.findall(prompt))
    assert prompt.endswith("<|sor|>")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_prompt_fits_its_limit_by_tokens_where_the_tokenizer_lacks_the_tags(
    dialect: Dialect, count_tokens: CountTokens
) -> None:
    rng = random.Random(2)
    for _ in range(150):
        thread, limit = messy_thread(rng, rng.choice([10, 300, 2000])), rng.choice([100, 128, 256, 512])
        prompt = dialects.prompt(dialect, thread, messy(rng, 3), "CoopBot", count_tokens, limit)
        assert count_tokens(prompt) <= limit
        assert all(tag.endswith("|>") for tag in TAG.findall(prompt))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_prompt_leaves_out_the_oldest_comments_first_and_whole(dialect: Dialect) -> None:
    comments = tuple(Comment("Ada" if number % 2 else "Bob", f"[comment {number}]") for number in range(20))
    prompt = dialects.prompt(
        dialect, Thread("Title", "Body", False, "CoopsLab", comments), "", "CoopBot", count_letters, 400
    )
    kept = [comment.text in prompt for comment in comments]
    assert kept == sorted(kept)
    assert kept[0] is False
    assert kept[-1] is True
    assert prompt.count("[comment") == prompt.count("]") == sum(kept)


def test_a_prompt_whose_tags_alone_exceed_the_limit_is_the_tags_alone() -> None:
    thread = Thread("Title", "Body", False, "CoopsLab", (Comment("Ada", "one"), Comment("Bob", "two")))
    prompt = dialects.prompt("plain", thread, "", "CoopBot", count_letters, 5)
    assert prompt == "<|soss|><|sot|><|eot|><|sost|><|eost|><|sor|><|eor|><|sor|>"


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Give them light.<|eor|><|eoss|><|endoftext|>", "Give them light."),
        ("Give them light.<|sor u/Tom|>Thanks!", "Give them light."),
        ("  Give them light. \n", "Give them light."),
        ("Give them light.<", "Give them light."),
        ("Give them light.<|", "Give them light."),
        ("Give them light.<|eoo", "Give them light."),
        ("Give them light.<|eor|", "Give them light."),
        ("Give them light.<|eor> More", "Give them light."),
        ("eor|>Give them light.", "Give them light."),
        ("I <3 hens", "I <3 hens"),
        (r"One\nTwo\\three \'four\'", "One\nTwo\\three 'four'"),
        ("The henâ€™s egg", "The hen’s egg"),
        ("eggs &amp; bread\u200b", "eggs & bread"),
        ("One\r\ntwo\x00\x1b[31m!", "One\ntwo!"),
        ("مرحبا 🐔", "مرحبا 🐔"),
        ("<|eor|>", ""),
        ("", ""),
    ],
)
def test_the_answer_is_what_stands_before_the_first_tag_and_clean(written: str, answer: str) -> None:
    assert dialects.answer(written) == answer


def test_a_streamed_answer_only_grows_and_never_shows_a_piece_of_a_tag() -> None:
    written = "Hens <3 light, 2 < 3.<|eoocr|><|eoss|><|endoftext|>"
    shown = [dialects.answer(written[:end]) for end in range(len(written) + 1)]
    assert all(shown[-1].startswith(text) for text in shown)
    assert shown[-1] == "Hens <3 light, 2 < 3."


def test_an_answer_is_finished_once_a_tag_has_begun() -> None:
    assert not dialects.finished("I <3 hens <")
    assert dialects.finished("I <3 hens <|")
    assert dialects.finished("<|eor|>")


@pytest.mark.parametrize("text", ["", "  \n", "my HENS stopped laying!", "two weeks now any ideas", "three years"])
def test_an_empty_answer_and_one_that_repeats_the_thread_are_not_acceptable(text: str) -> None:
    assert not dialects.acceptable(text, golden_thread("advice"))


@pytest.mark.parametrize("text", ["Three years is a good age.", "🐔", "..."])
def test_an_answer_that_adds_something_is_acceptable(text: str) -> None:
    assert dialects.acceptable(text, golden_thread("chat"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_tags_of_a_dialect_are_those_that_it_writes(dialect: Dialect) -> None:
    texts = [dialects.render(dialect, golden_thread(name), case["author"]) for name, case in CASES.items()]
    prompts = [
        dialects.prompt(dialect, golden_thread(name), case["author"], case["bot"], count_letters, 10_000)
        for name, case in CASES.items()
    ]
    written = {tag for text in (*texts, *prompts) for tag in TAG.findall(text)}
    known = {tag for tag in dialects.tags(dialect) if tag != "|>"}
    assert {tag for tag in written if not tag.startswith(tuple(known))} == set()
    assert {tag for tag in known if not any(found.startswith(tag) for found in written)} == set()
