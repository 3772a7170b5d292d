"""From dumps to a dataset folder with one command: split, preferences, manifest, report."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.dialects import Dialect
from engine.training.__main__ import main
from engine.training.dataset import HELD_OUT, MANIFEST, PREFERENCES, REPORT, TRAIN, Manifest, read_threads
from engine.training.dumps.work_file import NAME
from engine.training.problems import TrainingError
from tests.engine.training.dump_files import Line, all_threads, bad, comment, dropped, json_lines, make, ndjson, post


def forum(posts: range) -> list[Line]:
    """Posts with two threads each."""
    return [
        line
        for n in posts
        for line in (post(f"p{n}"), comment(f"a{n}", f"p{n}"), comment(f"b{n}", f"p{n}", author="Cid"))
    ]


def posts_of(folder: Path, name: str) -> list[str]:
    return [thread.split("body of ")[1].split("<|")[0] for thread in read_threads(folder, name)]


def test_no_post_has_threads_in_both_files_and_the_split_depends_on_the_post_alone(tmp_path: Path) -> None:
    (tmp_path / "larger").mkdir()
    options = ("--paths", "all", "--held-out", "0.3")
    smaller = make(tmp_path, forum(range(100)), *options)
    larger = make(tmp_path / "larger", list(reversed(forum(range(200)))), *options)
    train, held_out = set(posts_of(smaller, TRAIN)), set(posts_of(smaller, HELD_OUT))
    assert len(posts_of(smaller, TRAIN)) == 2 * len(train)
    assert train.isdisjoint(held_out)
    assert 10 < len(held_out) < 50
    assert held_out <= set(posts_of(larger, HELD_OUT))
    assert train <= set(posts_of(larger, TRAIN))


def test_the_same_dumps_make_the_same_dataset_and_another_seed_another_split(tmp_path: Path) -> None:
    texts = []
    for name, options in (("one", ()), ("two", ()), ("three", ("--seed", "8"))):
        (tmp_path / name).mkdir()
        folder = make(tmp_path / name, forum(range(100)), "--held-out", "0.3", *options)
        texts.append([(folder / file).read_bytes() for file in (TRAIN, HELD_OUT, REPORT)])
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_the_manifest_says_what_the_dataset_was_made_of(tmp_path: Path) -> None:
    folder = make(tmp_path, forum(range(50)), "--held-out", "0.2", "--dialect", "open", "--seed", "3")
    manifest = Manifest.load(folder)
    (source,) = manifest.sources
    dump = (tmp_path / "dump").read_bytes()
    assert (source.name, source.size, source.sha256) == ("dump", len(dump), hashlib.sha256(dump).hexdigest())
    assert (manifest.dialect, manifest.seed, manifest.subreddits) == ("open", 3, ("coopslab",))
    assert manifest.train.sha256 == hashlib.sha256((folder / TRAIN).read_bytes()).hexdigest()
    assert manifest.heldout.threads == len(list(read_threads(folder, HELD_OUT)))
    assert manifest.train.posts + manifest.heldout.posts == 50


def test_the_report_shows_ten_whole_threads(tmp_path: Path) -> None:
    folder = make(tmp_path, forum(range(50)))
    report = (folder / REPORT).read_text("utf-8")
    shown = [line.strip() for line in report.splitlines() if line.startswith("    <|startoftext|>")]
    assert len(shown) == 10
    assert set(shown) <= set(all_threads(folder))


def test_a_dataset_that_could_not_be_finished_has_no_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(tmp_path, forum(range(3)))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.training.dumps.samples.Samples.offer", interrupted)
    assert main(["make-dataset", str(tmp_path / "dump"), "--subreddit", "CoopsLab", "--into", str(folder)]) == 130
    assert "goes on from here" in capsys.readouterr().err
    assert not (folder / MANIFEST).exists()


def pair(**fields: object) -> dict[str, object]:
    found: dict[str, object] = {
        "subreddit": "CoopsLab",
        "title": "General",
        "body": "hello",
        "author": "Ann",
        "ancestors": [{"author": "CoopBot", "text": "hi"}, {"author": "Ann", "text": "how <|eor|> are you"}],
        "chosen": {"author": "CoopBot", "text": "fine", "score": 3},
        "rejected": {"author": "CoopBot", "text": "hello", "score": -1},
    }
    return {**found, **fields}


PROMPTS: dict[Dialect, str] = {
    "closed": "<|startoftext|><|soss r/CoopsLab|><|sot|>General<|eot|><|sost|>hello<|eost|>"
    "<|sor u/CoopBot|>hi<|eor|><|soopr u/Ann|>how < |eor| > are you<|eoopr|><|soocr|>",
    "open": "<|soss r/CoopsLab|><|sot|>General<|sost|>hello"
    "<|sor u/CoopBot|>hi<|soopr u/Ann|>how < |eor| > are you<|soocr|>",
    "plain": "<|soss|><|sot|>General<|eot|><|sost|>hello<|eost|>"
    "<|sor|>hi<|eor|><|sor|>how < |eor| > are you<|eor|><|soocr|>",
}


@pytest.mark.parametrize("dialect", PROMPTS)
def test_preferences_become_tagged_prompts_with_two_answers(dialect: Dialect, tmp_path: Path) -> None:
    (tmp_path / "preferences.ndjson").write_bytes(ndjson([pair()]))
    options = ("--preferences", str(tmp_path / "preferences.ndjson"), "--dialect", dialect)
    (preference,) = json_lines(make(tmp_path, forum(range(1)), *options) / PREFERENCES)
    end = {"closed": "<|eoocr|><|eoss|><|endoftext|>", "open": "<|eoss|>", "plain": "<|eoocr|><|eoss|>"}[dialect]
    assert preference == {"prompt": PROMPTS[dialect], "chosen": f"fine{end}", "rejected": f"hello{end}"}


def test_preferences_follow_the_rules_and_bad_ones_are_counted(tmp_path: Path) -> None:
    lines: list[Line] = [
        pair(),
        pair(ancestors=[{"author": "AutoModerator", "text": "x"}]),
        pair(rejected={"author": "CoopBot", "text": "[deleted]", "score": 0}),
        pair(chosen="nothing"),
        b"{",
    ]
    (tmp_path / "preferences.ndjson").write_bytes(ndjson(lines))
    folder = make(tmp_path, forum(range(1)), "--preferences", str(tmp_path / "preferences.ndjson"))
    assert len(json_lines(folder / PREFERENCES)) == 1
    found = {key: count for key, count in dropped(folder).items() if key[0] == "preference pairs"}
    assert found == {("preference pairs", "bots"): 1, ("preference pairs", "deleted"): 1}
    assert {kind: count for kind, (count, _) in bad(folder).items()} == {"missing or wrong field": 1, "broken JSON": 1}
    assert [source.name for source in Manifest.load(folder).sources] == ["dump", "preferences.ndjson"]


def test_a_work_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / NAME).write_bytes(b"something else" * 99)
    with pytest.raises(TrainingError, match="not a database"):
        make(tmp_path, forum(range(1)))


def test_a_file_without_preferences_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong").write_bytes(ndjson(forum(range(1))))
    with pytest.raises(TrainingError, match="holds no preferences"):
        make(tmp_path, forum(range(1)), "--preferences", str(tmp_path / "wrong"))


def test_the_command_works_from_any_folder_and_prints_the_report(tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(ndjson(forum(range(3))))
    code = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from engine.training.__main__ import main; main()"
    command = [sys.executable, "-c", code, "make-dataset", "dump", "--subreddit", "r/CoopsLab", "--into", "made"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (tmp_path / "made" / REPORT).read_text("utf-8").strip()
    assert json.loads((tmp_path / "made" / MANIFEST).read_text("utf-8"))["train"]["posts"] == 3
