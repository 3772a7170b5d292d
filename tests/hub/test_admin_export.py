"""A copy of a person's data: all of it, nothing of anybody else's, no secrets, and whole or not at all."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client import HOME
from tests.hub.asking import ALICE, send, token_of
from tests.hub.conftest import Command, Join
from tests.hub.pictures import drawn, uploaded
from tests.hub.rooms import ROOM, account, create, said, told


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "messages.jsonl").read_text().splitlines()]


async def full(*_arguments: object) -> None:
    raise OSError("No space left on device")


async def test_all_that_is_held_of_a_person_is_written_and_no_secret(
    hub: str, join: Join, command: Command, tmp_path: Path
) -> None:
    token = await token_of(hub, "/api/accounts", {**ALICE, "email": "alice@example.org"})
    alice, bob = await join(hub, "Alice", token=token), await account(hub, join, "bob")
    await send(hub, "POST", "/api/account/keys", token, json={"name": "listener"})
    await create(alice)
    posted, waiting = await uploaded(hub, token), await uploaded(hub, token, drawn("PNG", colour="blue"))
    own = [await said(alice, "look", HOME, images=[posted["name"]]), await said(alice, "again", ROOM)]
    others = await said(bob, "not hers", HOME)
    await told(alice, "Vote", HOME, commentId=others, value=1)
    await told(alice, "ReportMessage", HOME, commentId=others, reason="spam", words="Look!")
    await told(bob, "ReportMessage", HOME, commentId=own[0], reason="spam", words="His own words")
    await told(alice, "MarkRead", HOME, commentId=others)
    folder = tmp_path / "copies" / "alice"
    await command("export-account", "alice", "--into", str(folder))
    read = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert (read["account.json"]["name"], read["account.json"]["email"]) == ("Alice", "alice@example.org")
    assert [one["commentId"] for one in lines(folder)] == own
    assert read["votes.json"] == [{"channel": HOME, "commentId": others, "value": 1}]
    assert [(one["commentId"], one["words"]) for one in read["reports.json"]] == [(others, "Look!")]
    assert [key["name"] for key in read["keys.json"]] == ["listener"]
    assert (len(read["sessions.json"]), read["identities.json"]) == (1, [])
    places = {one["channel"]: (one["role"], one["lastRead"]) for one in read["memberships.json"]}
    assert places == {HOME: (None, others), ROOM: ("owner", None)}
    pictures = {posted["name"], waiting["name"]}
    assert pictures <= {one["name"] for one in read["pictures.json"] if one["isThere"]}
    assert pictures <= {path.name for path in (folder / "pictures").iterdir() if path.stat().st_size > 0}
    every = [path for path in folder.rglob("*") if path.is_file()]
    for secret in (b"argon2", b"_hash", b"Hash", b"His own words", b'not hers"'):
        assert not [path for path in every if secret in path.read_bytes() and path.name != "reports.json"]
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))} == {0}


async def test_a_copy_that_fails_leaves_nothing_and_none_is_written_over(
    hub: str, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await token_of(hub)
    folder = tmp_path / "copies" / "alice"
    folder.mkdir(parents=True)
    assert "is there already" in await command("export-account", "alice", "--into", str(folder), status=1)
    folder.rmdir()
    # A disk that is full by the time of the last file.
    monkeypatch.setattr("hub.admin.export._pictures", full)
    assert "No space left" in await command("export-account", "alice", "--into", str(folder), status=1)
    assert list(folder.parent.iterdir()) == []
    assert "There is no account" in await command("export-account", "nobody", "--into", str(folder), status=1)
