"""What an administrator's command works on, and how it tells what it found."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.storage import Storage, open_storage
from hub.settings import Settings
from hub.tables import Tables, open_tables


@dataclass(frozen=True)
class Desk:
    """The storage of the playhouse, and the hub's settings."""

    settings: Settings
    storage: Storage
    tables: Tables


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Raises what storage raises."""
    secret = settings.azure_storage_connection_string
    async with (
        open_storage(secret.get_secret_value() if secret else None, settings.azure_storage_account) as storage,
        open_tables(storage) as tables,
    ):
        yield Desk(settings, storage, tables)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of the width that they need, for a terminal."""
    lines = [[*head], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def day(at_ms: int) -> str:
    """A time as people read it, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
