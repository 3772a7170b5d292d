"""Judging bots: what is measured is right, two bots are asked the same, and only the better one is promoted."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.dialects import Comment, Dialect, Thread, lesson
from engine.training.__main__ import main
from engine.training.answering import Answered
from engine.training.evaluate import evaluated, report
from engine.training.score import score
from engine.training.tagged import Question, question
from tests.engine.training.conftest import MakeDataset

BOTS = Path(__file__).parents[3] / "engine" / "bots"
ASKED = Question("<|startoftext|><|soss r/a|><|sot|>Hens<|eot|><|sost|>Why?<|eost|><|sor|>", "Because.")


def said(text: str, *, is_closed: bool = True) -> Answered:
    return Answered(ASKED, text, is_closed)


@pytest.mark.parametrize("dialect", ["plain", "open", "closed"])
def test_the_last_comment_is_taken_from_a_thread(dialect: Dialect) -> None:
    comments = (Comment("Ada", "first"), Comment("Bob", "second 🐔\nline"), Comment("Ada", "third"))
    thread = Thread("Title", "body", False, "a", comments)
    asked = question(lesson(dialect, thread, "Bob"))
    assert asked is not None
    assert asked.answer == "third"
    assert asked.prompt.endswith("<|soocr|>")
    assert [comment.text for comment in asked.said.comments][:3] == ["Title", "body", "first"]


def test_a_post_that_nobody_answered_asks_nothing() -> None:
    assert question(lesson("closed", Thread("Title", "body", False, "a", ()))) is None


def test_tag_errors_silence_echoes_and_repetition_are_counted() -> None:
    answered = [
        said("Hens lay eggs."),
        said("and so on and so on and so on and so on", is_closed=False),
        said(" "),
        said("WHY"),
    ]
    figures = score(answered, [])
    assert figures.answers == 4
    assert figures.tag_errors == 1 / 4
    assert figures.silent == 1 / 4
    assert figures.echoes == 1 / 4
    # Of nine 4-grams three are different.
    assert figures.repetition == pytest.approx((1 - 3 / 9) / 4)
    assert figures.copied == 0
    assert figures.words == (3 + 12 + 0 + 1) / 4


def test_the_copy_rate_is_the_share_of_twelve_words_that_stand_in_one_text_of_the_training() -> None:
    learnt = "one two three four five six seven eight nine ten eleven twelve"
    training = [f"<|startoftext|><|soss r/a|><|sot|>{learnt} thirteen<|eot|><|sor|>fourteen fifteen<|eor|><|eoss|>"]
    answered = [said(learnt.upper() + " thirteen fourteen"), said("as short as this")]
    # Twelve words end with twelve, thirteen and fourteen; the last of them pass a tag.
    assert score(answered, training).copied == pytest.approx(2 / 3)
    assert score(answered[1:], training).copied is None


def test_two_bots_are_asked_the_same_and_shown_side_by_side(
    make_dataset: MakeDataset, tiny_base: Callable[..., Path]
) -> None:
    dataset = make_dataset(count=300)
    untrained, trained = evaluated([tiny_base(dataset), BOTS / "CoopBot"], dataset, answers=6, seed=1)
    assert [each.question for each in untrained.answered] == [each.question for each in trained.answered]
    assert len(trained.answered) == 6
    assert trained.loss.perplexity < 5 < untrained.loss.perplexity
    assert trained.score.tag_errors == 0 < untrained.score.tag_errors
    text = report([untrained, trained])
    assert "| | base | CoopBot |" in text.replace("  ", " ")
    for each in trained.answered:
        assert each.text[:20].replace("|", "\\|") in text


def test_the_same_seed_gives_the_same_figures(make_dataset: MakeDataset, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", str(BOTS / "CoopBot"), "--dataset", str(make_dataset(count=100)), "--answers", "5"]
    figures = []
    for _ in range(2):
        assert main(words) == 0
        figures.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert figures[0] == figures[1]
    assert figures[0][str(BOTS / "CoopBot")]["answers"] == 5


def test_a_worse_version_is_promoted_only_by_force_and_the_old_one_can_come_back(
    make_dataset: MakeDataset, tiny_base: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(count=100)
    worse, served = tiny_base(dataset, "worse"), tmp_path / "served"
    shutil.copytree(BOTS / "CoopBot", served)
    before = (served / "model.safetensors").read_bytes()
    words = ["promote", str(worse), str(served), "--dataset", str(dataset)]
    assert main(words) == 1
    assert "Not promoted" in capsys.readouterr().err
    assert (served / "model.safetensors").read_bytes() == before
    assert main([*words, "--force"]) == 0
    assert (served / "model.safetensors").read_bytes() == (worse / "model.safetensors").read_bytes()
    assert main(["promote", str(tmp_path / "served.previous"), str(served), "--dataset", str(dataset)]) == 0
    assert (served / "model.safetensors").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"dataset", "worse", "served", "served.previous"}


def test_without_held_out_threads_nothing_is_promoted(
    make_dataset: MakeDataset, tiny_base: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(count=100)
    worse, served = tiny_base(dataset, "worse"), tmp_path / "served"
    shutil.copytree(BOTS / "CoopBot", served)
    (dataset / "heldout.txt").write_bytes(b"")
    assert main(["promote", str(worse), str(served), "--dataset", str(dataset)]) == 1
    assert "holds no thread out" in capsys.readouterr().err


def test_a_bot_that_is_not_there_is_told(make_dataset: MakeDataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "nowhere", "--dataset", str(make_dataset(count=20))]) == 1
    assert "There is no folder nowhere" in capsys.readouterr().err
