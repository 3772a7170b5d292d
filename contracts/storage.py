"""The way into Azure Storage: one connection pool, bounded retries, identity in Azure, a key for Azurite only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import DefaultAzureCredential
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

# Azurite's published development account; Microsoft prints it in the emulator's manual. It opens nothing in Azure.
AZURITE_ACCOUNT: Final = "devstoreaccount1"
AZURITE_KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

# A person waits at most a few seconds; by the SDKs' defaults one call blocks for 80 s (refused) to 20 min (silent).
CONNECT_TIMEOUT_S = 2
READ_TIMEOUT_S = 5
# Waiters starve when the pool is smaller than the number of calls under way.
POOL_SIZE = 100


def azurite_connection_string(port: int, account: str = AZURITE_ACCOUNT, key: str = AZURITE_KEY) -> str:
    """The connection string of an Azurite whose blob, queue and table services listen on `port` and the next two."""
    services = zip(("Blob", "Queue", "Table"), range(port, port + 3), strict=True)
    addresses = "".join(f"{name}Endpoint=http://127.0.0.1:{at}/{account};" for name, at in services)
    return f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};{addresses}"


def is_unavailable(error: BaseException) -> bool:
    """Whether storage could not be reached or was too busy, so that the same call may succeed later."""
    if isinstance(error, ServiceRequestError | ServiceResponseError | TimeoutError | aiohttp.ClientError | OSError):
        return True
    return isinstance(error, HttpResponseError) and (error.status_code is None or error.status_code in (429, 500, 503))


@dataclass(frozen=True)
class Storage:
    """Clients for queues and blobs. The hub opens its tables with the same options; nothing else may write tables."""

    queues: QueueServiceClient
    blobs: BlobServiceClient
    table_address: str
    connection_string: str | None
    options: dict[str, Any]


@asynccontextmanager
async def open_storage(connection_string: str | None, account: str | None) -> AsyncIterator[Storage]:
    """Storage by connection string (Azurite) or by account name with the process's own identity (Azure)."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=POOL_SIZE), auto_decompress=False) as session:
        options: dict[str, Any] = {
            "transport": AioHttpTransport(
                session=session,
                session_owner=False,
                connection_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
            ),
            "retry_total": 2,
        }
        waits: dict[str, Any] = {"initial_backoff": 0.2, "increment_base": 0}
        if connection_string is not None:
            queues = QueueServiceClient.from_connection_string(connection_string, **options, **waits)
            blobs = BlobServiceClient.from_connection_string(connection_string, **options, **waits)
            async with queues, blobs:
                yield Storage(queues, blobs, "", connection_string, options)
            return
        if account is None:
            raise ValueError("storage needs a connection string or an account name")
        async with DefaultAzureCredential() as credential:
            options["credential"] = credential
            queues = QueueServiceClient(f"https://{account}.queue.core.windows.net", **options, **waits)
            blobs = BlobServiceClient(f"https://{account}.blob.core.windows.net", **options, **waits)
            async with queues, blobs:
                yield Storage(queues, blobs, f"https://{account}.table.core.windows.net", None, options)
