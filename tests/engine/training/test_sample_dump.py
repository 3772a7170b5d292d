"""The way from a corpus to a bot: what the grammar says comes through a dump and its reading as it was."""

import re
from pathlib import Path

import pytest

from engine.training import demo_bots, sample_dump
from engine.training.__main__ import main
from engine.training.dataset import HELD_OUT, TRAIN, Manifest, read_threads
from engine.training.grammar import lessons
from engine.training.vocabulary import corpus_names, load_vocabulary

THREADS = 300


@pytest.mark.parametrize("corpus", corpus_names())
def test_the_threads_of_a_sample_dump_are_those_that_the_grammar_made(corpus: str, tmp_path: Path) -> None:
    assert main(["sample-dump", corpus, str(tmp_path), "--threads", str(THREADS)]) == 0
    subreddit = load_vocabulary(corpus).subreddit
    files = sorted(map(str, tmp_path.glob("*.zst")))
    assert [Path(file).name for file in files] == [f"RC_{subreddit}.zst", f"RS_{subreddit}.zst"]
    dataset = tmp_path / "dataset"
    rules = demo_bots.RULES.split()
    assert main(["make-dataset", *files, "--subreddit", subreddit, "--into", str(dataset), *rules]) == 0
    made = lessons(load_vocabulary(corpus), THREADS, seed=7)
    # A dump names each post's author, and a dataset ends at the tenth comment.
    changed = [lesson for lesson in made if not lesson.author or len(lesson.thread.comments) > 10]
    known = {lesson.tagged("closed") for lesson in made}
    learnt, held_out = ([*read_threads(dataset, name)] for name in (TRAIN, HELD_OUT))
    new = {*learnt, *held_out} - known
    assert len(new) <= len(changed) < 0.1 * THREADS
    assert all(sample_dump.SOMEBODY not in thread for thread in new)
    # Threads of the same words are kept once.
    assert len(learnt) + len(held_out) > 0.9 * THREADS
    assert 0 < len(held_out) < 0.15 * THREADS
    manifest = Manifest.load(dataset)
    assert manifest.train.threads == len(learnt)
    assert [source.name for source in manifest.sources] == [Path(file).name for file in files]


def test_the_demo_bots_are_made_by_commands_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    for corpus in corpus_names():
        steps = list(demo_bots.steps(corpus))
        assert steps[-1].made.is_relative_to(demo_bots.WORK / load_vocabulary(corpus).bot)
        for step in steps:
            command = step.command.split()[0]
            with pytest.raises(SystemExit) as ended:
                main([command, "--help"])
            assert ended.value.code == 0
            offered = capsys.readouterr().out
            assert all(option in offered for option in re.findall(r"--[\w-]+", step.command))
