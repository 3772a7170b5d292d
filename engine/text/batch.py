"""The running batch of one model: texts join at a step, grow by a token at each, and leave when they are done."""

import logging
from collections import deque
from typing import Final

import torch

from engine.device import memory_watched
from engine.failures import OutOfMemoryError
from engine.text.decoder import Decoder, remaining
from engine.text.request import Request
from engine.text.sampling import Sampler

log = logging.getLogger(__name__)

# Texts that run wait while new ones are read, so no more is read at a step than about one long prompt.
MOST_READ: Final = 512  # tokens


class Batch:
    """Belongs to one thread. `most` bounds the texts that run at the same time."""

    def __init__(self, decoder: Decoder, most: int, device: torch.device) -> None:
        self._decoder = decoder
        self._most = most
        self._device = device
        self._waiting: deque[Request] = deque()
        self._running: list[Request] = []
        self._sampler: Sampler | None = None

    def join(self, request: Request) -> None:
        """It begins at the next step with room for it."""
        self._waiting.append(request)

    def leave(self, request: Request) -> None:
        """Nobody wants it any more; it may have ended already."""
        request.is_done = True

    def step(self) -> None:
        """One token more for each text that runs. What befalls one text is its `error`; the others go on."""
        self._let_go()
        logits = self._go_on() if self._running else None
        new = self._take_in()
        if not self._running:
            return
        if self._sampler is None:
            self._sampler = Sampler(tuple(self._running), self._device)
        parts = new if logits is None else [logits, *new]
        for request, token in zip(self._running, self._sampler.draw(torch.cat(parts)), strict=True):
            request.take(token)

    def _go_on(self) -> torch.Tensor | None:
        """The logits of all that run, or None when none is left. Short memory sends the younger half back to wait."""
        while self._running:
            try:
                with memory_watched():
                    return self._decoder.step([request.written[-1] for request in self._running])
            except OutOfMemoryError as error:
                self._shrink(error)
            except Exception as error:  # noqa: BLE001  each of them hears of it when it is pulled
                for request in self._running:
                    request.fail(error)
                self._let_go()
        return None

    def _take_in(self) -> list[torch.Tensor]:
        """The logits of each text that joins now."""
        new: list[torch.Tensor] = []
        read = 0
        while self._waiting and len(self._running) < self._most and read < MOST_READ:
            request = self._waiting.popleft()
            if request.is_done:
                continue
            try:
                with memory_watched():
                    new.append(self._decoder.join(request.ids, request.adapter))
            except OutOfMemoryError as error:
                self._full(request, error)
                break
            except Exception as error:  # noqa: BLE001  it hears of it when it is pulled
                request.fail(error)
                continue
            read += len(request.ids)
            self._running.append(request)
            self._sampler = None
        return new

    def _let_go(self) -> None:
        gone = [row for row, request in enumerate(self._running) if request.is_done]
        if gone:
            self._remove(gone)

    def _shrink(self, error: OutOfMemoryError) -> None:
        if len(self._running) == 1:
            self._running[0].fail(error)
            self._let_go()
            return
        half = len(self._running) // 2
        self._waiting.extendleft(reversed(self._running[half:]))
        self._remove(list(range(half, len(self._running))))
        self._bound(half)

    def _full(self, request: Request, error: OutOfMemoryError) -> None:
        if not self._running:
            request.fail(error)
            return
        self._waiting.appendleft(request)
        self._bound(len(self._running))

    def _bound(self, most: int) -> None:
        self._most = most
        log.warning("memory is short: at most %d answers at the same time from now on", most)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _remove(self, gone: list[int]) -> None:
        order = remaining(len(self._running), gone)
        self._decoder.drop(gone)
        self._running = [self._running[row] for row in order]
        self._sampler = None
