"""What an administrator's command works on, and how it tells what it found."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from redis.exceptions import RedisError

from contracts.storage import Storage, open_storage
from hub.live.news import News
from hub.log.tables import Tables, open_tables
from hub.settings import Settings

# Hubs that are not told read the tables within seconds; nobody waits long to tell them.
NEWS_S: Final = 5.0


@dataclass(frozen=True)
class Desk:
    """The storage of the playhouse, the hub's settings, and a way to tell hubs that run what has changed."""

    settings: Settings
    storage: Storage
    tables: Tables
    news: News


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Raises what storage raises. What was done is told to the hubs also when the rest failed."""
    secret = settings.azure_storage_connection_string
    news = News(settings.redis_url)
    async with (
        open_storage(secret.get_secret_value() if secret else None, settings.azure_storage_account) as storage,
        open_tables(storage) as tables,
    ):
        try:
            yield Desk(settings, storage, tables, news)
        finally:
            await _tell(news)


async def _tell(news: News) -> None:
    try:
        async with asyncio.timeout(NEWS_S):
            await news.send_what_waits()
    except (RedisError, OSError):
        print("hub.admin: Redis is away; the hubs notice this when they read the tables again.", file=sys.stderr)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of the width that they need, for a terminal."""
    lines = [[*head], *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def plain(what: object) -> str:
    """One line without what a terminal would obey: much of what is shown was written by strangers."""
    return "".join(c if c.isprintable() else " " for c in str(what))


def day(at_ms: int) -> str:
    """A time as people read it, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
