"""How often a queue is looked at: at once while there is work, ever less often the longer it is quiet."""

import asyncio
import time

# Latency costs at most a twentieth of the quiet before it, so a live talk is polled quickly and a night cheaply.
QUIET_SHARE = 1 / 20
SHORTEST_S = 0.02
LONGEST_S = 1.0


class Pace:
    """The waits of one polling loop. A doorbell replaces them: while one is connected only the longest wait remains."""

    def __init__(self) -> None:
        self._busy_at = time.monotonic()
        self._bell = asyncio.Event()
        self.has_doorbell = False

    def busy(self) -> None:
        """There was work, or work is expected soon: look again quickly."""
        self._busy_at = time.monotonic()

    def ring(self) -> None:
        """Something lies on the queue: end the present wait."""
        self.busy()
        self._bell.set()

    @property
    def wait_s(self) -> float:
        """Seconds until the next look."""
        if self.has_doorbell:
            return LONGEST_S
        return min(max((time.monotonic() - self._busy_at) * QUIET_SHARE, SHORTEST_S), LONGEST_S)

    async def wait(self, at_most_s: float = LONGEST_S) -> None:
        """Sleep until the next look is due, `at_most_s` seconds have passed, or the bell rings."""
        try:
            async with asyncio.timeout(min(self.wait_s, at_most_s)):
                await self._bell.wait()
        except TimeoutError:
            pass
        self._bell.clear()
