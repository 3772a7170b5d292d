"""What leaves the house for training: what people agreed to, in the form of Reddit dumps, and nothing else."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.data.tables.aio import TableServiceClient

from contracts.message import Message
from hub.export.people import Agreement, People
from hub.export.reasons import reason_against
from hub.export.reddit import base36
from hub.export.shelf import Shelf
from hub.rooms.founding import FIRST_CHANNELS
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, failed, finished

ROOT = Path(__file__).parents[2]
KINDS = ("submissions", "comments", "preferences")
Lines = dict[str, list[dict[str, Any]]]


async def agree(hub: str, person: Client, wish: bool = True) -> None:
    headers = {"Authorization": f"Bearer {person.token}"}
    body = {"sharesForTraining": wish}
    async with (
        aiohttp.ClientSession() as session,
        session.patch(f"{hub}/api/account", json=body, headers=headers) as answer,
    ):
        assert answer.status == 200


async def command(connection_string: str, folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The exit status of the command, and what it printed and complained."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.export", *arguments, "--into", str(folder)),
        cwd=ROOT,
        env={**os.environ, "AZURE_STORAGE_CONNECTION_STRING": connection_string},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate()
    return process.returncode or 0, out.decode(), complaint.decode()


async def exported(connection_string: str, folder: Path, channel: str = HOME) -> tuple[Lines, str]:
    """The lines of the three files, and the summary."""
    status, out, complaint = await command(connection_string, folder, channel.lower())
    assert (status, complaint) == (0, "")
    return {kind: read(folder / f"{channel}_{kind}.ndjson") for kind in KINDS}, out


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def ask(person: Client, engine: EngineSide, text: str, answer: str, **more: Any) -> tuple[int, int]:
    """The ids of a question and of its finished answer."""
    posted = await person.post(text, **more)
    await engine.events.send([finished(await engine.thinks(), answer)])
    placeholder = posted["answers"][0]["commentId"]
    await done(person, placeholder)
    return posted["message"]["commentId"], placeholder


async def done(person: Client, comment_id: int) -> None:
    await person.until(lambda one: comment_id in one.messages and not one.messages[comment_id].is_thinking)


async def vote(person: Client, comment_id: int, value: int) -> None:
    assert (await person.call("Vote", channel=HOME, commentId=comment_id, value=value))["ok"]


def texts(lines: Lines) -> list[str]:
    return [one["selftext"] for one in lines["submissions"]] + [one["body"] for one in lines["comments"]]


async def test_a_thread_comes_out_as_reddit_has_it(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    await agree(hub, alice)
    root, answer = await ask(alice, engine, "@EchoBot, do hens & <b>ducks</b> fly? 🐔", "They do.", topic="Hens")
    posted = await alice.post("Not far.", parentId=answer)
    reply = posted["message"]["commentId"]
    await vote(bob, root, 1)
    await vote(bob, answer, -1)
    lines, summary = await exported(connection_string, tmp_path)
    sent_s = posted["message"]["sentAt"] // 1000
    common = {"subreddit": HOME, "author": "person_1", "is_bot": False}
    (submission,) = lines["submissions"]
    assert abs(submission.pop("created_utc") - sent_s) <= 60
    assert submission == {
        **common,
        "id": base36(root),
        "title": "Hens",
        "selftext": "do hens &amp; &lt;b&gt;ducks&lt;/b&gt; fly? 🐔",
        "score": 1,
        "ups": 1,
        "downs": 0,
        "is_self": True,
        "over_18": False,
        "num_comments": 2,
    }
    first, second = lines["comments"]
    assert (first["author"], first["is_bot"], first["body"], first["score"]) == ("EchoBot", True, "They do.", -1)
    assert first["link_id"] == first["parent_id"] == f"t3_{base36(root)}"
    assert second == {
        **common,
        "id": base36(reply),
        "body": "Not far.",
        "link_id": f"t3_{base36(root)}",
        "parent_id": f"t1_{base36(answer)}",
        "score": 0,
        "ups": 0,
        "downs": 0,
        "created_utc": sent_s,
    }
    assert lines["preferences"] == []
    assert summary == f"{HOME}: read 3 messages, shared 3 (1 submissions, 2 comments), 0 preference pairs\n"


async def test_each_kind_of_message_that_nobody_agreed_to_is_left_out(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    guest = await join(hub, "wanderer")
    await agree(hub, alice)
    root = (await alice.post("shared root"))["message"]["commentId"]
    await alice.post("shared reply", parentId=root)

    async def beneath(posted: dict[str, Any]) -> None:
        await alice.post("beneath", parentId=posted["commentId"])

    await beneath((await bob.post("bob's"))["message"])
    await beneath((await bob.post("bob's", parentId=root))["message"])
    await beneath((await guest.post("the guest's"))["message"])
    deleted = (await alice.post("deleted"))["message"]
    await beneath(deleted)
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=deleted["commentId"]))["ok"]
    for event in ("failed", "empty", "stopped", "thinking"):
        posted = await alice.post(f"@EchoBot {event}", parentId=root)
        answer, job = posted["answers"][0], await engine.thinks()
        if event == "stopped":
            await alice.call("StopThinking", channel=HOME, commentId=answer["commentId"])
        elif event != "thinking":
            await engine.events.send([failed(job) if event == "failed" else finished(job, " ")])
            await done(alice, answer["commentId"])
        await beneath(answer)
    lines, summary = await exported(connection_string, tmp_path)
    assert texts(lines) == ["shared root", "shared reply", "failed", "empty", "stopped", "thinking"]
    assert lines["submissions"][0]["num_comments"] == 5
    assert summary.splitlines()[1:] == [
        "  left out: 1 deleted",
        "  left out: 1 still being made",
        "  left out: 1 stopped",
        "  left out: 1 failed",
        "  left out: 1 without text",
        "  left out: 1 by guests",
        "  left out: 2 by people who have not agreed",
        "  left out: 8 beneath one of these",
    ]
    assert "read 22 messages, shared 6 (1 submissions, 5 comments)" in summary


async def test_agreement_is_asked_for_again_at_each_export(
    hub: str, alice: Client, connection_string: str, tmp_path: Path
) -> None:
    await alice.post("hello")
    await agree(hub, alice)
    assert texts((await exported(connection_string, tmp_path))[0]) == ["hello"]
    await agree(hub, alice, wish=False)
    assert texts((await exported(connection_string, tmp_path))[0]) == []


async def test_who_agrees_does_not_agree_for_who_had_the_name_before(
    hub: str, alice: Client, connection_string: str, tmp_path: Path
) -> None:
    await alice.post("by the guest that was called alice")
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        row = await accounts.get_entity("account", "alice")
        account = json.loads(row["body0"])
        row["body0"] = json.dumps({**account, "createdAt": account["createdAt"] + 60_000, "sharesForTraining": True})
        await accounts.upsert_entity(row)
    lines, summary = await exported(connection_string, tmp_path)
    assert texts(lines) == []
    assert "1 by somebody who had the name before" in summary


async def test_no_name_of_a_person_leaves_the_house(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    await join(hub, "Bob", token=await account_for(hub, "Bob"))
    await join(hub, "wanderer")
    await agree(hub, alice)
    text = "@EchoBot ask @bob, _@Wanderer_ and /u/ALICE, not @nobody or a@bob.org, says @EchoBotty @Bobby, "
    text += "@Bob--hi @Bob_x-y"
    await ask(alice, engine, text, "@alice: ask @Bob!", topic="For @bob")
    lines, _ = await exported(connection_string, tmp_path)
    (submission,), (comment,) = lines["submissions"], lines["comments"]
    assert submission["author"] == "person_1"
    assert submission["title"] == "For @person_2"
    assert submission["selftext"] == (
        "ask @person_2, _@person_3_ and /u/person_1, not @nobody or a@bob.org, says @EchoBotty @Bobby, "
        "@person_2--hi @person_2_x-y"
    )
    assert comment["body"] == "@person_1: ask @person_2!"


async def test_answers_that_people_liked_differently_are_a_pair(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    await agree(hub, alice)
    await agree(hub, bob)
    root = (await bob.post("@EchoBot is mentioned here too", topic="Hens"))["message"]["commentId"]
    await engine.thinks()
    _, first = await ask(alice, engine, "@EchoBot and ducks?", "good", parentId=root)
    answers = [first]
    for text in ("bad", "as good", "good"):
        again = await alice.call("Regenerate", channel=HOME, commentId=first)
        answers.append(again["answers"][0]["commentId"])
        await engine.events.send([finished(await engine.thinks(), text)])
        await done(alice, answers[-1])
    for number, value in enumerate((1, -1, 1, 0)):
        await vote(bob, answers[number], value)
    lines, summary = await exported(connection_string, tmp_path)
    good: dict[str, Any] = {"author": "EchoBot", "text": "good", "score": 1}
    bad = {"author": "EchoBot", "text": "bad", "score": -1}
    context: dict[str, Any] = {
        "subreddit": HOME,
        "title": "Hens",
        "author": "person_1",
        "body": "@EchoBot is mentioned here too",
        "ancestors": [{"author": "person_2", "text": "and ducks?"}],
    }
    assert lines["preferences"] == [
        {**context, "chosen": good, "rejected": bad},
        {**context, "chosen": {**good, "text": "as good"}, "rejected": bad},
        {**context, "chosen": {**good, "score": 0}, "rejected": bad},
        {**context, "chosen": {**good, "text": "as good"}, "rejected": {**good, "score": 0}},
    ]
    assert "4 preference pairs" in summary


async def test_all_channels_are_exported_at_once(
    hub: str, alice: Client, engine: EngineSide, connection_string: str, tmp_path: Path
) -> None:
    await engine.wake()
    status, out, _ = await command(connection_string, tmp_path / "new" / "folder", "--all")
    names = [card.name for card in FIRST_CHANNELS]
    nothing = "read 0 messages, shared 0 (0 submissions, 0 comments), 0 preference pairs"
    assert status == 0
    assert sorted(out.splitlines()) == sorted(f"{name}: {nothing}" for name in names)
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {f"{name}_{kind}.ndjson" for name in names for kind in KINDS}


@pytest.mark.parametrize(
    ("channel", "storage", "sentence"),
    [
        ("Nowhere", "as it is", "There is no channel called Nowhere."),
        (HOME, "away", "the storage could not be read: "),
        (HOME, "unnamed", "set AZURE_STORAGE_CONNECTION_STRING (Azurite) or AZURE_STORAGE_ACCOUNT (Azure)"),
    ],
)
async def test_what_goes_wrong_is_said_in_a_sentence_and_leaves_no_file(
    hub: str, connection_string: str, tmp_path: Path, channel: str, storage: str, sentence: str
) -> None:
    away = connection_string.replace("127.0.0.1:", "127.0.0.1:1")
    addresses = {"as it is": connection_string, "away": away, "unnamed": ""}
    status, _, complaint = await command(addresses[storage], tmp_path / "folder", channel)
    assert status != 0
    assert complaint.startswith(f"hub.export: {sentence}")
    assert len(complaint.splitlines()) == 1
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize("number", [0, 35, 36, 1790000000000123, 2**53 - 1])
def test_ids_are_what_every_reader_of_base_36_expects(number: int) -> None:
    assert int(base36(number), 36) == number


def test_a_reply_with_a_lower_id_than_what_it_answers_keeps_its_place() -> None:
    """Two hubs' clocks may differ."""
    people = People({"alice": Agreement(is_guest=False, shares=True, since=0)})

    def said(comment_id: int, parent_id: int | None) -> Message:
        return Message(
            comment_id=comment_id,
            channel=HOME,
            topic="Hens",
            sender="alice",
            text="hello",
            parent_id=parent_id,
            sent_at=1,
            revision=1,
        )

    with Shelf() as shelf:
        for message in (said(9, None), said(7, 9), said(5, 77), said(3, 5)):
            shelf.put(message, reason_against(message, people))
        shelf.share()
        assert [(message.comment_id, root) for message, root in shelf.shared()] == [(7, 9), (9, 9)]
        assert shelf.left_out().total() == 2


async def test_a_private_channel_is_exported_only_by_its_name(
    hub: str, alice: Client, connection_string: str, tmp_path: Path
) -> None:
    await agree(hub, alice)
    for name, visibility in (("HensOnly", "invite"), ("Unlisted1", "unlisted"), ("Everybody1", "public")):
        assert (await alice.call("CreateChannel", name=name, visibility=visibility))["ok"]
        await alice.post("among us", channel=name)
    status, out, _ = await command(connection_string, tmp_path / "all", "--all")
    assert status == 0
    assert "Everybody1: read 1" in out
    assert not [path for path in (tmp_path / "all").iterdir() if path.name.startswith(("HensOnly", "Unlisted1"))]
    assert texts((await exported(connection_string, tmp_path, "HensOnly"))[0]) == ["among us"]
