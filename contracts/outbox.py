"""Natural batching: what gathers while one send runs goes out together in the next, without a timer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Outbox(Generic[T]):
    """Sends items in order of arrival. `put` returns when its item is durably sent, or raises what the send raised."""

    def __init__(self, send: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._under_way: list[tuple[T, asyncio.Future[None]]] = []
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for _item, done in (*self._under_way, *self._waiting):
            done.cancel()

    async def put(self, item: T) -> None:
        """Send one item together with what else is waiting. Cancelled when the outbox closes before that."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        self._filled.set()
        await done

    async def _run(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            self._under_way, self._waiting = self._waiting, []
            error: Exception | None = None
            try:
                await self._send([item for item, _ in self._under_way])
            except Exception as raised:  # noqa: BLE001  each item's sender decides what to do
                error = raised
            for _, done in self._under_way:
                if not done.done():
                    done.set_result(None) if error is None else done.set_exception(error)
            self._under_way = []
