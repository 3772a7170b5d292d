"""Names of queues, tables and containers. They stand here once; infra reads them from here."""

from typing import Final

INPUT_QUEUE: Final = "chat-input"
OUTPUT_QUEUE: Final = "chat-output"
DEFAULT_POOL: Final = "default"
POOL_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"

MESSAGES_TABLE: Final = "messages"
CHANNELS_TABLE: Final = "channels"
ACCOUNTS_TABLE: Final = "accounts"
VOTES_TABLE: Final = "votes"
BOTS_TABLE: Final = "bots"
PICTURES_TABLE: Final = "pictures"
TABLES: Final = (MESSAGES_TABLE, CHANNELS_TABLE, ACCOUNTS_TABLE, VOTES_TABLE, BOTS_TABLE, PICTURES_TABLE)

IMAGES_CONTAINER: Final = "images"
UPLOADS_CONTAINER: Final = "uploads"
PAYLOADS_CONTAINER: Final = "payloads"
CANCELS_CONTAINER: Final = "cancels"
HUBS_CONTAINER: Final = "hubs"
CONTAINERS: Final = (IMAGES_CONTAINER, UPLOADS_CONTAINER, PAYLOADS_CONTAINER, CANCELS_CONTAINER, HUBS_CONTAINER)

ENGINE_NAMESPACE: Final = "/engine"
RING: Final = "Ring"


def input_queue(pool: str) -> str:
    """The queue that the engines of a pool read; the default pool has the plain name."""
    return INPUT_QUEUE if pool == DEFAULT_POOL else f"{INPUT_QUEUE}-{pool}"


def poison_queue(queue: str) -> str:
    """Where a message goes that cannot be decoded, or whose job failed too often."""
    return f"{queue}-poison"
