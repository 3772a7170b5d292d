"""The hub's tables. Nothing but the hub opens them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from azure.data.tables.aio import TableClient, TableServiceClient

from contracts.names import TABLES
from contracts.storage import Storage

# A table property holds 32 Ki UTF-16 units; a character takes two at most.
CHUNK = 16_000


@dataclass(frozen=True)
class Tables:
    """One client for each table."""

    messages: TableClient
    channels: TableClient
    accounts: TableClient
    votes: TableClient
    bots: TableClient
    pictures: TableClient


@asynccontextmanager
async def open_tables(storage: Storage) -> AsyncIterator[Tables]:
    """Open the tables with the storage's own pool, and make those that are missing."""
    options = storage.options | {"retry_backoff_factor": 0.2}
    if storage.connection_string is not None:
        service = TableServiceClient.from_connection_string(storage.connection_string, **options)
    else:
        service = TableServiceClient(storage.table_address, **options)
    async with service:
        yield Tables(*await asyncio.gather(*map(service.create_table_if_not_exists, TABLES)))


def to_chunks(text: str) -> dict[str, str]:
    """A long text as numbered properties of a row."""
    return {f"body{at // CHUNK}": text[at : at + CHUNK] for at in range(0, max(len(text), 1), CHUNK)}


def from_chunks(row: Any) -> str:
    """The text that `to_chunks` took apart."""
    parts: list[str] = []
    while (name := f"body{len(parts)}") in row:
        parts.append(row[name])
    return "".join(parts)


async def one_page(table: TableClient, query: str, parameters: dict[str, str], most: int) -> list[Any]:
    """Up to `most` rows (at most 1,000) of one range, in the order of their keys, by one call."""
    pages = table.query_entities(query, parameters=parameters, results_per_page=most).by_page()
    try:
        page = await anext(pages)
    except StopAsyncIteration:
        return []
    return [row async for row in page]
