"""A hub and an engine together: a bot posts by itself, and answers a person who asked nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from contracts.storage import open_storage
from hub.chatter import chatter
from hub.chatter.rules import Level, Rules
from hub.log.tables import open_tables
from hub.settings import Settings
from tests.client import HOME, Client, client
from tests.engine.conftest import running_engine
from tests.hub.chattering import Room
from tests.hub.conftest import running_hub

LOUD = Level(scale=10, remarks_an_hour=100, posts_a_day=1, shortest_delay_s=0, longest_delay_s=0)
BOT = f'[[bot]]\nname = "EchoBot"\nkind = "echo"\nsubreddit = "{HOME}"\n'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatter, "EVERY_S", 0.05)


@asynccontextmanager
async def let_loose(connection_string: str, folder: Path, own: str | None) -> AsyncIterator[Client]:
    """Alice, in a lively home channel, with an engine that has an echo; the channel's own bot is due to post."""
    (folder / "bots.toml").write_text(BOT)
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        await Room(tables).open("lively", bot=own, next_post_at=0)
    settings = Settings(
        _env_file=None,
        azure_storage_connection_string=SecretStr(connection_string),
        playhouse_data=folder,
        hub_chatter=Rules(base=1, lively=LOUD),
    )
    async with (
        running_hub(settings) as address,
        running_engine(connection_string, folder / "bots.toml"),
        client(address, "alice") as alice,
    ):
        await alice.join()
        await alice.until(lambda person: person.is_awake("EchoBot"))
        yield alice


async def test_a_channels_bot_posts_under_a_title_of_its_own(connection_string: str, tmp_path: Path) -> None:
    async with let_loose(connection_string, tmp_path, own="EchoBot") as alice:
        await alice.until(lambda person: len(person.answers()) == 1)
        (post,) = alice.answers()
        assert (post.topic, post.parent_id, bool(post.text)) == ("Nothing to repeat", None, True)


async def test_a_bot_answers_who_asked_nobody(connection_string: str, tmp_path: Path) -> None:
    async with let_loose(connection_string, tmp_path, own=None) as alice:
        said = await alice.post("Hens like corn.")
        assert said["answers"] == []
        await alice.until(lambda person: len(person.answers()) == 1)
        (answer,) = alice.answers()
        assert (answer.text, answer.parent_id) == ("Hens like corn.", said["message"]["commentId"])
