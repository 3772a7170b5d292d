"""What several addresses begin with."""

from typing import Final

CHANNEL: Final = "/api/channels/{channel}"
MESSAGES: Final = f"{CHANNEL}/messages"
MESSAGE: Final = f"{MESSAGES}/{{commentId}}"
