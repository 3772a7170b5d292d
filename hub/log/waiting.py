"""Changes that wait to be committed, and what came of them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.log.draft import Draft

R = TypeVar("R")
Change = Callable[[Draft], Awaitable[R]]


@dataclass
class Waiting:
    """A change, and who waits for it."""

    change: Change[Any]
    done: asyncio.Future[Any]


@dataclass
class Outcome:
    """What a change gave or raised; told once it is sure."""

    waiting: Waiting
    result: Any
    error: Exception | None

    def tell(self) -> None:
        if self.waiting.done.done():
            return
        if self.error is not None:
            self.waiting.done.set_exception(self.error)
        else:
            self.waiting.done.set_result(self.result)
