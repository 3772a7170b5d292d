"""What people liked becomes the next bot: from votes in a channel to the text that a bot learns."""

import json
from pathlib import Path

from engine import dialects
from engine.dialects import Comment, Thread
from engine.training.__main__ import run
from engine.training.dataset import TRAIN, read_threads
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, finished
from tests.hub.test_export import agree, ask, done, exported, vote

RULES = ["--min-title-words", "1", "--bare-titles", "keep", "--own-first-replies", "keep", "--held-out", "0"]


def make_dataset(folder: Path, *more: str) -> Path:
    files = [str(folder / f"{HOME}_{kind}.ndjson") for kind in ("submissions", "comments")]
    pairs = str(folder / f"{HOME}_preferences.ndjson")
    into = str(folder / "dataset")
    run(["make-dataset", *files, "--preferences", pairs, "--subreddit", HOME, "--into", into, *RULES, *more])
    return folder / "dataset"


async def test_the_answer_that_people_liked_is_learnt_and_the_other_is_its_counterpart(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    await agree(hub, alice)
    _, bad = await ask(alice, engine, "@EchoBot do hens & ducks fly?", "No <idea>.", topic="Birds")
    again = await alice.call("Regenerate", channel=HOME, commentId=bad)
    await engine.events.send([finished(await engine.thinks(), "Ducks & geese do.")])
    good = again["answers"][0]["commentId"]
    await done(alice, good)
    await vote(bob, bad, -1)
    await vote(bob, good, 1)
    await exported(connection_string, tmp_path)
    dataset = make_dataset(tmp_path)
    asked = Thread("Birds", "do hens & ducks fly?", False, HOME, ())
    liked = Thread("Birds", "do hens & ducks fly?", False, HOME, (Comment("EchoBot", "Ducks & geese do."),))
    assert list(read_threads(dataset, TRAIN)) == [dialects.lesson("closed", liked, "person_1")]
    (pair,) = map(json.loads, (dataset / "preferences.jsonl").read_text("utf-8").splitlines())
    # The prompt is the one that the bot meets when it answers.
    assert pair["prompt"] == dialects.prompt("closed", asked, "person_1", "EchoBot", len, 10_000)
    assert pair["chosen"].startswith("Ducks & geese do.<|eor|>")
    assert pair["rejected"].startswith("No <idea>.<|eor|>")


async def test_a_channel_without_votes_makes_a_dataset_without_pairs(
    hub: str, alice: Client, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    await agree(hub, alice)
    await ask(alice, engine, "@EchoBot hello", "Hello yourself.")
    await exported(connection_string, tmp_path)
    dataset = make_dataset(tmp_path)
    assert len(list(read_threads(dataset, TRAIN))) == 1
    assert (dataset / "preferences.jsonl").read_bytes() == b""
    # Nobody liked it: with a limit there is nothing to learn.
    assert not list(read_threads(make_dataset(tmp_path, "--min-comment-score", "1"), TRAIN))
