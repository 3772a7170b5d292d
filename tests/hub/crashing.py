"""A hub that dies at a chosen step, as by SIGKILL: `python -m tests.hub.crashing "before the transaction"`."""

import os
import signal
import sys
from typing import Any

from contracts.queues import Lease, TypedQueue
from hub import __main__ as hub_main
from hub.log.channel_log import ChannelLog

# Step: the call at which the hub dies, whether before or after it, and at which time that the call is made.
STEPS: dict[str, tuple[type, str, str, int]] = {
    "before the transaction": (ChannelLog, "_submit", "before", 1),
    "after the transaction": (ChannelLog, "_submit", "after", 1),
    "before the job is queued": (TypedQueue, "send", "before", 1),
    "after the job is queued": (TypedQueue, "send", "after", 1),
    "before the answer's row is written": (ChannelLog, "_submit", "before", 2),
    "after the answer's row is written": (ChannelLog, "_submit", "after", 2),
    # The first lease is the heartbeat's.
    "before the event is deleted": (Lease, "delete", "before", 2),
    "after the event is deleted": (Lease, "delete", "after", 2),
}


def die_at(step: str) -> None:
    """Wrap the step's call."""
    owner, name, when, time = STEPS[step]
    call = getattr(owner, name)
    calls = 0

    async def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == time and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await call(*arguments, **named)
        if calls == time and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, dying)


if __name__ == "__main__":
    die_at(sys.argv[1])
    sys.exit(hub_main.main())
