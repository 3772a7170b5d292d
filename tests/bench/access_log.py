"""Azurite's log of accesses, counted as Azure charges them."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

REQUEST: Final = re.compile(r'"(?P<verb>[A-Z]+) /devstoreaccount1(?P<path>[^ ?]*)(?P<query>\S*) HTTP/1\.1" \d')

QUEUE, TABLE = "queue", "table"
BLOB_WRITE, BLOB_LIST, BLOB_OTHER, BLOB_DELETE = "blob write", "blob list", "blob other", "blob delete"

# USD for 10,000, as published in 2026 for hot, locally redundant storage in a general-purpose v2 account. A transaction
# of a table counts once however many rows it holds; deleting a blob is free.
PRICES: Final = {QUEUE: 0.004, TABLE: 0.00036, BLOB_WRITE: 0.05, BLOB_LIST: 0.05, BLOB_OTHER: 0.004, BLOB_DELETE: 0.0}


def usd(requests: Mapping[str, float]) -> float:
    return sum(price * requests.get(kind, 0) / 10_000 for kind, price in PRICES.items())


def counted(log: Path, since: int) -> Counter[str]:
    """What was asked of Azurite after the byte `since` of its log."""
    with log.open("rb") as file:
        file.seek(since)
        text = file.read().decode()
    return Counter(_kind(**found.groupdict()) for found in REQUEST.finditer(text))


def _kind(verb: str, path: str, query: str) -> str:
    if path.startswith("/chat-"):
        return QUEUE
    if path.startswith("/$batch") or "(" in path or (path.count("/") == 1 and "restype" not in query):
        return TABLE
    if "comp=list" in query:
        return BLOB_LIST
    if verb == "DELETE":
        return BLOB_DELETE
    return BLOB_OTHER if verb in ("GET", "HEAD") or "comp=lease" in query else BLOB_WRITE
