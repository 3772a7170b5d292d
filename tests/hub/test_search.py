"""What searching promises: what stands is found by those who may read it, as soon as it stands, on every hub."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from contracts.message import Image
from hub.search.__main__ import emptied, filled
from hub.search.index import Index, Place
from hub.search.shelf import path_of
from hub.settings import Settings
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, StartHub, finished, progress
from tests.services import Redis


async def found(person: Client, text: str = "", **more: Any) -> list[int]:
    """The ids of what is found, once the hub has read everything in."""
    while True:
        answer = await person.call("Search", text=text, **more)
        assert answer["ok"], answer
        if answer["isComplete"]:
            return [hit["commentId"] for hit in answer["hits"]]
        await asyncio.sleep(0.01)


async def said(person: Client, text: str, **more: Any) -> int:
    posted = await person.post(text, **more)
    assert posted["ok"], posted
    return int(posted["message"]["commentId"])


async def test_words_phrases_prefixes_and_what_is_unwanted(hub: str, join: Join) -> None:
    alice = await join(hub)
    eggs = await said(alice, "Scrambled eggs for the hens, please")
    hens = await said(alice, "eggs, scrambled by a naïve rooster", topic="Breakfast")
    assert await found(alice, "eggs") == [hens, eggs]
    assert await found(alice, '"scrambled eggs"') == [eggs]
    assert await found(alice, "eggs -rooster") == [eggs]
    assert await found(alice, '-"scrambled eggs"', author="alice") == [hens]
    assert await found(alice, "roost*") == [hens]
    assert await found(alice, "roost") == []
    assert await found(alice, "NAIVE") == [hens]
    assert await found(alice, "breakfast") == [hens]
    assert await found(alice, "eggs", topic="breakfast") == [hens]
    assert await found(alice, "eggs OR nothing") == []


async def test_what_is_written_without_spaces_and_emoji_are_found(hub: str, join: Join) -> None:
    alice = await join(hub)
    chinese = await said(alice, "我喜欢炒鸡蛋和面包")
    japanese = await said(alice, "朝ごはんに卵を食べます")
    thai = await said(alice, "ฉันชอบไข่เจียว")
    emoji = await said(alice, "look🐔at👩🏽‍🌾this")
    assert await found(alice, "鸡蛋") == [chinese]
    assert await found(alice, "蛋鸡") == []
    assert await found(alice, "ごはん") == [japanese]
    assert await found(alice, "ไข่") == [thai]
    assert await found(alice, "🐔") == [emoji]
    (hit,) = (await alice.call("Search", text="鸡蛋"))["hits"]
    assert "".join(piece["text"] for piece in hit["text"]) == "我喜欢炒鸡蛋和面包"


async def test_a_hit_shows_why_it_was_found_as_plain_text(hub: str, join: Join) -> None:
    alice = await join(hub)
    await said(alice, "<b>eggs</b> \x01and\x02 more eggs", topic="About <eggs>")
    (hit,) = (await alice.call("Search", text="eggs"))["hits"]
    assert [(piece["text"], piece["isMatch"]) for piece in hit["text"]] == [
        ("<b>", False),
        ("eggs", True),
        ("</b> and more ", False),
        ("eggs", True),
    ]
    assert [piece["text"] for piece in hit["topic"] if piece["isMatch"]] == ["eggs"]


async def test_filters_by_who_when_and_what(alice: Client, hub: str, join: Join, engine: EngineSide) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    question = await said(alice, "@EchoBot paint a hen")
    job = await engine.thinks()
    picture = Image(name="0" * 64 + ".png", width=8, height=8)
    await engine.events.send([finished(job, "a hen").model_copy(update={"images": (picture,)})])
    await alice.until(lambda person: len(person.answers()) == 1)
    answer = job.comment_id
    other = await said(bob, "another hen")
    assert await found(alice, "hen", author="bob") == [other]
    assert await found(alice, "hen", by="bots") == [answer]
    assert await found(alice, "hen", by="people", order="newest") == [other, question]
    assert await found(alice, "hen", hasPicture=True) == [answer]
    assert await found(alice, hasPicture=False, author="alice") == [question]
    sent_at = alice.messages[other].sent_at
    assert await found(alice, "hen", sentFrom=sent_at) == [other]
    assert other not in await found(alice, "hen", sentBefore=sent_at)
    assert await found(alice, "hen", sentBefore="2024-02-29") == []
    assert len(await found(alice, "hen", sentFrom="2024-02-29")) == 3


async def test_pages_hold_everything_once_however_much_is_posted_meanwhile(hub: str, join: Join) -> None:
    alice = await join(hub)
    posted = [await said(alice, f"hen {'egg ' * (number % 3)}{number}") for number in range(12)]
    for order in ("best", "newest"):
        pages, cursor = [], None
        while True:
            page = await alice.call("Search", text="hen", order=order, limit=5, cursor=cursor)
            pages += [hit["commentId"] for hit in page["hits"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
            await said(alice, "one more hen")
        assert sorted(pages) == sorted(posted)
        posted = await found(alice, "hen", limit=50)
        assert len(posted) > len(pages)


async def test_what_is_deleted_is_gone_and_snapshots_are_not_found(alice: Client, engine: EngineSide) -> None:
    question = await said(alice, "@EchoBot tell of hens")
    job = await engine.thinks()
    await engine.events.send([progress(job, "once upon", 1)])
    await alice.until(lambda person: person.messages[job.comment_id].text == "once upon")
    assert await found(alice, "upon") == []
    await engine.events.send([finished(job, "once upon a time")])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert await found(alice, "upon") == [job.comment_id]
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=question))["ok"]
    assert await found(alice, "hens") == []


async def test_what_one_hub_does_is_found_on_the_other(
    redis_server: Redis, start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    hubs = [await start_hub(hub_redis_url=SecretStr(redis_server.address)) for _ in range(2)]
    alice = await join(hubs[0], token=await account_for(hubs[0], "alice"))
    bob = await join(hubs[1], "bob")
    early = await said(alice, "a hen at dawn")
    assert await found(bob, "hen") == [early]
    late = await said(bob, "a hen at dusk")
    assert await found(alice, "hen", order="newest") == [late, early]
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=early))["ok"]
    assert await found(bob, "hen") == [late]
    assert await found(bob, "dawn") == []


async def test_a_hub_that_starts_finds_what_was_said_before(start_hub: StartHub, join: Join, tmp_path: Path) -> None:
    first = await start_hub(playhouse_data=tmp_path / "first", hub_secret=SecretStr("s" * 32))
    alice = await join(first)
    posted = [await said(alice, f"hen {number}") for number in range(3)]
    second = await start_hub(playhouse_data=tmp_path / "second", hub_secret=SecretStr("s" * 32))
    bob = await join(second, "bob")
    assert await found(bob, "hen") == posted[::-1]


async def test_a_damaged_or_old_file_is_built_anew(start_hub: StartHub, join: Join, tmp_path: Path) -> None:
    alice = await join(await start_hub(hub_secret=SecretStr("s" * 32)))
    posted = await said(alice, "a hen")
    damaged, old = tmp_path / "damaged", tmp_path / "old"
    for folder in (damaged, old):
        folder.mkdir()
    path_of(damaged, 0).write_bytes(b"SQLite format 3\0 and then nonsense" * 1000)
    index = Index(path_of(old, 0))
    index._connection.execute("PRAGMA user_version = 0")  # noqa: SLF001  as an earlier program would have left it
    index.close()
    for folder in (damaged, old):
        again = await join(
            await start_hub(playhouse_data=folder, hub_secret=SecretStr("s" * 32)), "x", token=alice.token
        )
        assert await found(again, "hen") == [posted]


async def test_two_hubs_that_share_a_folder_have_a_file_each(start_hub: StartHub, join: Join, tmp_path: Path) -> None:
    people = [await join(await start_hub(), name) for name in ("alice", "bob")]
    posted = await said(people[0], "a hen")
    for person in people:
        assert await found(person, "hen") == [posted]
    assert [path_of(tmp_path, number).exists() for number in range(3)] == [True, True, False]


async def test_an_empty_search_and_a_strange_cursor_are_refused_with_a_sentence(hub: str, join: Join) -> None:
    alice = await join(hub)
    refused: list[dict[str, Any]] = [{}, {"text": "  "}, {"text": '"" - * !!'}, {"text": "hen", "cursor": "x"}]
    for strange in (*refused, {"text": "x" * 10_000}):
        answer = await alice.call("Search", **strange)
        assert answer["error"]["code"] == "bad_request", strange
        assert answer["error"]["message"].endswith("."), strange
    unreadable: list[dict[str, Any]] = [{"sentFrom": "2026-02-30"}, {"limit": 51}, {"sentFrom": "yesterday"}]
    for strange in unreadable:
        assert (await alice.call("Search", text="hen", **strange))["error"]["code"] == "bad_request", strange
    assert (await alice.call("Search", text="hen", channel="Nowhere"))["error"]["code"] == "unknown_channel"


async def test_the_command_builds_the_index_of_a_hub_that_is_not_running(
    start_hub: StartHub, join: Join, tmp_path: Path, connection_string: str
) -> None:
    alice = await join(await start_hub())
    posted = [await said(alice, f"hen {number}") for number in range(3)]
    with pytest.raises(sqlite3.OperationalError):
        emptied(tmp_path)
    folder = tmp_path / "other"
    settings = Settings(
        _env_file=None, azure_storage_connection_string=SecretStr(connection_string), playhouse_data=folder
    )
    emptied(folder)
    assert await filled(settings) == len(posted)
    index = Index(path_of(folder, 0))
    assert index.places()[HOME] == Place(3, None)
    index.close()
