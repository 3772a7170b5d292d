"""Each rule drops what it says, keeps the rest, and is counted by its name."""

import json
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from engine import dialects
from engine.training.__main__ import run
from engine.training.dataset import Manifest
from engine.training.dumps.rules import Rules
from engine.training.problems import TrainingError
from engine.training.tokenizer import save_tokenizer, train_tokenizer
from tests.engine.training.dump_files import Line, all_threads, bad, comment, dropped, make, post

POST = post("p1")
COMMENT = comment("c1", "p1")


@pytest.mark.parametrize(
    ("rule", "dropped_post", "options"),
    [
        ("deleted", post("p1", author="[deleted]"), []),
        ("deleted", post("p1", selftext="[removed]"), []),
        ("bots", post("p1", author="AutoModerator"), []),
        ("drop_author", post("p1"), ["--drop-author", "u/ann"]),
        ("drop_word", post("p1", title=f"{POST['title']}, it SAYS"), ["--drop-word", "says"]),
        ("stickied", post("p1", stickied=True), []),
        ("nsfw", post("p1", over_18=True), ["--nsfw", "drop"]),
        ("link_posts", post("p1", is_self=False, url="https://a.b"), ["--link-posts", "drop"]),
        ("bare_titles", post("p1", selftext=""), []),
        ("min_title_words", post("p1", title="Five words are too few"), []),
        ("min_post_score", post("p1", score=4), ["--min-post-score", "5"]),
    ],
)
def test_a_post_is_dropped_by_its_rule_alone(rule: str, dropped_post: Line, options: list[str], tmp_path: Path) -> None:
    kept = [post("p2"), comment("c2", "p2", body="kept")]
    if rule == "drop_author":
        kept = [post("p2", author="Dan"), kept[1]]
    folder = make(tmp_path, [dropped_post, COMMENT, *kept], *options)
    assert len(all_threads(folder)) == 1
    assert dropped(folder) == {("posts", rule): 1, ("comments", "below a dropped post"): 1}


@pytest.mark.parametrize(
    ("rule", "dropped_comment", "options"),
    [
        ("deleted", comment("c2", "p1", author="[deleted]"), []),
        ("deleted", comment("c2", "p1", body="[deleted]"), []),
        ("deleted", comment("c2", "p1", body=" "), []),
        ("bots", comment("c2", "p1", author="remindMeBot"), []),
        ("drop_author", comment("c2", "p1", author="Eve"), ["--drop-author", "Eve"]),
        ("drop_word", comment("c2", "p1", body="Two  words, or two words"), ["--drop-word", "two words"]),
        ("stickied", comment("c2", "p1", stickied=True), []),
        ("bare_links", comment("c2", "p1", body="https://a.b/c"), []),
        ("bare_links", comment("c2", "p1", body="[look at this](https://a.b/c)"), []),
        ("own_first_replies", comment("c2", "p1", author="Ann"), []),
        ("min_comment_score", comment("c2", "p1", score=-1), ["--min-comment-score", "0"]),
        ("repeats", comment("c2", "p1", to="c1", body="TEXT of c1"), []),
        ("max_depth", comment("c2", "p1", to="c1"), ["--max-depth", "1"]),
    ],
)
def test_a_comment_is_dropped_by_its_rule_alone_with_what_hangs_on_it(
    rule: str, dropped_comment: Line, options: list[str], tmp_path: Path
) -> None:
    folder = make(tmp_path, [POST, COMMENT, dropped_comment, comment("c3", "p1", to="c2")], *options, "--paths", "all")
    assert dropped(folder) == {("comments", rule): 1, ("comments", "below a dropped comment"): 1}
    assert len(all_threads(folder)) == 1


@pytest.mark.parametrize(
    ("kept", "options"),
    [
        (post("p1", author="AutoModerator"), ["--bots", "keep"]),
        (post("p1", stickied=True), ["--stickied", "keep"]),
        (post("p1", over_18=True), []),
        (post("p1", is_self=False, selftext="", url="https://a.b"), []),
        (post("p1", selftext=""), ["--bare-titles", "keep"]),
        (post("p1", title="Short"), ["--min-title-words", "1"]),
        (post("p1", score=None), ["--min-post-score", "1"]),
        (post("p1", author="Bob"), ["--own-first-replies", "keep"]),
    ],
)
def test_what_no_rule_speaks_of_is_kept(kept: Line, options: list[str], tmp_path: Path) -> None:
    folder = make(tmp_path, [kept, COMMENT], *options)
    assert len(all_threads(folder)) == 1
    assert dropped(folder) == {}


def test_a_link_post_is_written_as_one(tmp_path: Path) -> None:
    (thread,) = all_threads(make(tmp_path, [post("p1", is_self=None, selftext=None, url="https://a.b"), COMMENT]))
    assert thread.startswith("<|startoftext|><|sols r/CoopsLab|>")


BUSHY = [
    post("p1"),
    comment("low", "p1", score=1),
    comment("top", "p1", score=9, author="Cid"),
    comment("top_low", "p1", to="top", score=-2),
    comment("top_high", "p1", to="top", score=3),
    comment("deep", "p1", to="top_low", score=50, author="Dan"),
]


def last_comments(folder: Path) -> list[str]:
    return [thread.split("<|sor|>")[-1].split("<|eor|>")[0] for thread in all_threads(folder)]


def test_the_best_path_follows_the_best_rated_answers(tmp_path: Path) -> None:
    folder = make(tmp_path, BUSHY)
    assert last_comments(folder) == ["text of top_high"]
    assert dropped(folder) == {("comments", "not on the best path"): 3}


def test_all_paths_end_in_each_last_answer(tmp_path: Path) -> None:
    folder = make(tmp_path, BUSHY, "--paths", "all")
    assert sorted(last_comments(folder)) == ["text of deep", "text of low", "text of top_high"]
    assert dropped(folder) == {}


def chain(length: int, post_id: str = "p1") -> list[Line]:
    return [
        comment(f"c{n}", post_id, to=f"c{n - 1}" if n else None, author=f"A{n}", body=f"words number {n}")
        for n in range(length)
    ]


def test_threads_are_ten_deep_and_no_depth_is_too_much(tmp_path: Path) -> None:
    folder = make(tmp_path, [POST, *chain(5_000)])
    (thread,) = all_threads(folder)
    assert thread.count("<|eor|>") == 10
    assert dropped(folder) == {("comments", "max_depth"): 1, ("comments", "below a dropped comment"): 4_989}


def test_posts_that_nobody_answered_are_counted(tmp_path: Path) -> None:
    assert dropped(make(tmp_path, [POST])) == {("posts", "no comment left"): 1}


def test_threads_with_the_same_words_are_written_once(tmp_path: Path) -> None:
    twice = [post("p1", selftext="Body!"), comment("c1", "p1", body="Yes"), post("p2", selftext="body")]
    lines = [*twice, comment("c2", "p2", body="yes."), post("p3", selftext="body"), comment("c3", "p3", body="no")]
    (tmp_path / "kept").mkdir()
    folder = make(tmp_path, lines)
    assert len(all_threads(folder)) == 2
    assert dropped(folder)["threads", "duplicates"] == 1
    assert len(all_threads(make(tmp_path / "kept", lines, "--duplicates", "keep"))) == 3


def test_threads_in_another_language_are_dropped(tmp_path: Path) -> None:
    german = post("p1", title="Warum gehen die Hühner heute nicht hinaus", selftext="Sie sitzen alle im Stall.")
    english = post("p2", title="Why do the chickens stay inside today", selftext="They all sit in the coop.")
    replies = [comment("c1", "p1", body="Weil es regnet."), comment("c2", "p2", body="Because it rains.")]
    folder = make(tmp_path, [german, english, *replies], "--language", "en")
    (thread,) = all_threads(folder)
    assert "chickens" in thread
    assert dropped(folder)["threads", "language"] == 1


@pytest.fixture
def tokenizer(tmp_path: Path) -> PreTrainedTokenizerFast:
    """One that knows no tag."""
    made = train_tokenizer(["words number 1 2 3 body of text"] * 9, "plain", 300)
    bare = PreTrainedTokenizerFast(tokenizer_object=made.backend_tokenizer, pad_token="<|endoftext|>")
    save_tokenizer(bare, tmp_path / "tokenizer", 10_000)
    return bare


@pytest.mark.usefixtures("tokenizer")
def test_long_threads_are_shortened_by_their_last_comments_and_dropped_if_none_is_left(tmp_path: Path) -> None:
    lines = [POST, *chain(9), post("p2", selftext="long " * 200), comment("d", "p2")]
    limit = 100
    folder = make(tmp_path, lines, "--tokenizer", str(tmp_path / "tokenizer"), "--max-tokens", str(limit))
    (thread,) = all_threads(folder)
    assert 1 <= thread.count("<|eor|>") < 9
    assert dropped(folder)["threads", "max_tokens"] == 1
    counting = PreTrainedTokenizerFast.from_pretrained(tmp_path / "tokenizer")
    counting.add_tokens(dialects.tags("closed"))
    assert len(counting(thread).input_ids) <= limit
    assert "1 threads were shortened" in (folder / "report.md").read_text("utf-8")


@pytest.fixture
def classifier(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> str:
    """With random weights: it finds everything a little toxic."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label={0: "neutral", 1: "toxic"},
        label2id={"neutral": 0, "toxic": 1},
    )
    model = BertForSequenceClassification(config)
    model.save_pretrained(tmp_path / "classifier")
    save_tokenizer(tokenizer, tmp_path / "classifier", 64)
    return str(tmp_path / "classifier")


def test_toxic_posts_and_comments_are_dropped_by_the_named_classifier(classifier: str, tmp_path: Path) -> None:
    lines = [POST, COMMENT]
    (tmp_path / "none").mkdir()
    strict = make(tmp_path, lines, "--toxicity-model", classifier, "--max-toxicity", "0.0")
    assert dropped(strict) == {("posts", "toxicity_model"): 1, ("comments", "below a dropped post"): 1}
    lenient = make(tmp_path / "none", lines, "--toxicity-model", classifier, "--max-toxicity", "1")
    assert len(all_threads(lenient)) == 1
    assert dropped(lenient) == {}


def test_every_post_and_comment_is_counted_exactly_once(tmp_path: Path) -> None:
    lines: list[Line] = [
        *BUSHY,
        *[post(f"q{n}", score=n) for n in range(9)],
        *[comment(f"x{n}", f"q{n % 3}", to=f"x{n - 3}" if n % 5 > 1 else None, score=n % 7) for n in range(60)],
        comment("x1", "q1"),
        comment("lost", "nowhere"),
        comment("orphan", "q1", to="nowhere"),
        post("q1"),
    ]
    for paths in ("best", "all"):
        (tmp_path / paths).mkdir()
        folder = make(tmp_path / paths, lines, "--paths", paths, "--min-comment-score", "1")
        cells = [line.split("|") for line in (folder / "report.md").read_text("utf-8").splitlines()]
        for what in ("posts", "comments"):
            read, kept = next((int(row[2]), int(row[3])) for row in cells if len(row) > 3 and row[1].strip() == what)
            gone = sum(number for (of, _), number in dropped(folder).items() if of == what)
            broken = sum(
                count for kind, (count, _) in bad(folder).items() if kind.startswith("post") == (what == "posts")
            )
            assert read == kept + gone + broken


def test_options_report_and_manifest_come_from_the_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make(tmp_path, [POST, COMMENT], "--min-post-score", "2", "--drop-word", "a", "--drop-word", "b")
    rules = Rules.model_validate(json.loads(json.dumps(Manifest.load(folder).rules)))
    assert (rules.min_post_score, rules.drop_word) == (2, ("a", "b"))
    with pytest.raises(SystemExit):
        run(["make-dataset", "--help"])
    helped = " ".join(capsys.readouterr().out.split())
    report = (folder / "report.md").read_text("utf-8")
    for name, field in Rules.model_fields.items():
        assert f"--{name.replace('_', '-')} " in helped
        assert f"| {name} |" in report
        assert str(field.description) in report


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--max-depth", "0"], "--max-depth"),
        (["--min-post-score", "many"], "--min-post-score"),
        (["--max-tokens", "9"], "need each other"),
        (["--tokenizer", "/nowhere", "--max-tokens", "9"], "--tokenizer /nowhere cannot be loaded"),
        (["--toxicity-model", "/nowhere"], "--toxicity-model /nowhere cannot be loaded"),
        (["--subreddit", "no name"], "no name of a subreddit"),
        (["--held-out", "2"], "between 0 and 1"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((SystemExit, TrainingError)) as ended:
        make(tmp_path, [POST, COMMENT], *options)
    assert said in f"{ended.value}{capsys.readouterr().err}"
    assert not (tmp_path / "dataset").exists()
