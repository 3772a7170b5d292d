"""How much waits on each queue, told in a terminal."""

from hub.admin.desk import Desk, table
from hub.watching.depths import depths

POISON = "-poison"


async def show(desk: Desk) -> None:
    rows = [
        (depth.queue, depth.messages, "" if depth.oldest_s is None else f"{depth.oldest_s} s")
        for depth in await depths(desk.storage)
    ]
    print(table(("queue", "messages", "oldest"), rows))
