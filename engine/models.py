"""The models in memory: loaded when first needed, kept until their memory is needed for others."""

import gc
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from contracts.bots import BotState
from engine.answers import Model
from engine.bots import Bot
from engine.device import Device, free_cached
from engine.failures import JobError, ModelUnavailableError, OutOfMemoryError, TooLargeError
from engine.kinds import KINDS
from engine.memory import estimated_bytes, size_in_words

log = logging.getLogger(__name__)

Key = tuple[str, str]
# What could not be loaded is not tried again for so long: everybody who waits for it hears the same.
FAILED_FOR_S: Final = 5.0
# A model that others wait for gets room after so long, even if those in its way are never idle.
PATIENCE_S: Final = 5.0


@dataclass
class Resident:
    """`users` hold it now; `is_promised` to whoever asked for it, who has not come yet."""

    model: Model
    users: int = 0
    is_promised: bool = True


@dataclass
class Wish:
    """A model to be loaded; `is_urgent` when somebody waits for it."""

    bot: Bot
    is_urgent: bool


class Models:
    """`take` and `release` are for the lanes' threads; each load has a thread of its own, one after the other.

    Two loads at a time would need the memory of both, and the libraries' lazy imports are not safe in threads.
    """

    def __init__(self, budget_bytes: int, device: Device, changed: Callable[[], None]) -> None:
        """`changed` is called in the loading thread when a model came or went."""
        self.budget_bytes: Final = budget_bytes
        self._device = device
        self._tell = changed
        self._changed = threading.Condition()
        self._residents: OrderedDict[Key, Resident] = OrderedDict()  # the least recently used first
        self._wishes: deque[Wish] = deque()
        self._loading: Wish | None = None
        self._failed: dict[Key, tuple[JobError, float]] = {}
        self._no_room_since_s: float | None = None
        self._is_closed = False
        self.hits = 0
        self.misses = 0

    @property
    def is_loading(self) -> bool:
        return self._loading is not None

    @property
    def has_wishes(self) -> bool:
        """Whether something is to be loaded, or being loaded."""
        with self._changed:
            return bool(self._wishes) or self._loading is not None

    def take(self, bot: Bot) -> Model | None:
        """The bot's model, held until `release`; None while it is not in memory. Raises JobError."""
        key = _key(bot)
        with self._changed:
            error, failed_s = self._failed.get(key, (None, 0.0))
            if error is not None and time.monotonic() - failed_s < FAILED_FOR_S:
                # Not the one that is kept, which would collect the frames of all who were told.
                raise copy(error)
            resident = self._residents.get(key)
            if resident is None:
                self._wish(bot, is_urgent=True)
                return None
            if self._must_wait(resident):
                return None
            self.hits += not resident.is_promised
            self.misses += resident.is_promised
            resident.is_promised = False
            resident.users += 1
            self._residents.move_to_end(key)
            return resident.model

    def release(self, bot: Bot) -> None:
        with self._changed:
            self._residents[_key(bot)].users -= 1
            self._changed.notify_all()

    def warm(self, bots: Iterable[Bot]) -> None:
        """Load what fits beside each other, before anybody asks."""
        with self._changed:
            for bot in bots:
                self._wish(bot, is_urgent=False)

    def close(self) -> None:
        """Load nothing more."""
        with self._changed:
            self._wishes.clear()
            self._is_closed = True

    def state(self, bot: Bot) -> BotState:
        key = _key(bot)
        with self._changed:
            if key in self._residents:
                return "warm"
            waited_for = self._loading is not None and _key(self._loading.bot) == key
            return "loading" if waited_for else "cold"

    def held(self) -> list[tuple[str, int]]:
        """Name and size in bytes of each model in memory."""
        with self._changed:
            return [(key[1] or key[0], resident.model.size_bytes) for key, resident in self._residents.items()]

    def _wish(self, bot: Bot, is_urgent: bool) -> None:
        """Each model is wished for once; what somebody waits for comes before what nobody does."""
        if self._is_closed:
            return
        pending = [*self._wishes, *([self._loading] if self._loading else [])]
        if is_urgent:
            for wish in pending:
                if _key(wish.bot) == _key(bot):
                    wish.is_urgent = True
        if all(_key(wish.bot) != _key(bot) for wish in pending):
            self._wishes.append(Wish(bot, is_urgent))
        self._wishes = deque(sorted(self._wishes, key=lambda wish: not wish.is_urgent))
        self._load_next()

    def _must_wait(self, resident: Resident) -> bool:
        """New work for a busy model waits when another has waited too long for the memory that it holds."""
        since_s = self._no_room_since_s
        return since_s is not None and time.monotonic() - since_s > PATIENCE_S and resident.users > 0

    def _load_next(self) -> None:
        """In a thread of its own, since the team of OpenMP that it gets there must not be in the way while it waits."""
        if self._wishes and self._loading is None:
            wish = self._wishes.popleft()
            threading.Thread(target=self._load_wished, args=(wish,), name="loader", daemon=True).start()
            self._loading = wish

    def _load_wished(self, wish: Wish) -> None:
        self._tell()
        try:
            self._fulfil(wish)
        except JobError as error:
            # Not the error itself: a handler that keeps records would keep its frames.
            log.warning("%s: %s", wish.bot.name, str(error))
            self._fail(wish, error)
        except BaseException as error:
            # Whatever a model's files make the libraries raise, the next model can be loaded.
            log.exception("%s could not be loaded", wish.bot.name)
            self._fail(wish, ModelUnavailableError(f"{wish.bot.model}: {error!r}"))
        with self._changed:
            self._loading = None
            self._load_next()
        self._tell()

    def _fail(self, wish: Wish, error: JobError) -> None:
        # Its frames hold what was loaded before it failed.
        told = copy(error)
        with self._changed:
            self._failed[_key(wish.bot)] = (told, time.monotonic())

    def _fulfil(self, wish: Wish) -> None:
        key, bot = _key(wish.bot), wish.bot
        needed = estimated_bytes(bot.model, bot.kind, self._device.dtype) or 0
        if needed > self.budget_bytes:
            raise TooLargeError(f"{bot.model} needs {size_in_words(needed)} of {size_in_words(self.budget_bytes)}")
        if not self._make_room(needed, wish):
            return
        model = self._tried(bot)
        if isinstance(model, OutOfMemoryError):
            # The estimate, or somebody else's program, was in the way.
            if not self._make_room(self.budget_bytes, wish):
                raise model
            model = self._load(bot)
        if model.size_bytes > self.budget_bytes:
            raise TooLargeError(
                f"{bot.model} takes {size_in_words(model.size_bytes)} of {size_in_words(self.budget_bytes)}"
            )
        with self._changed:
            self._residents[key] = Resident(model, is_promised=wish.is_urgent)
            self._failed.pop(key, None)

    def _make_room(self, needed: int, wish: Wish) -> bool:
        """Drops the least recently used until there is room; waits for busy ones, but for nobody's sake drops none."""
        with self._changed:
            while self._used() + needed > self.budget_bytes and self._residents:
                if not wish.is_urgent:
                    return False
                idle = next(
                    (key for key, each in self._residents.items() if not (each.users or each.is_promised)), None
                )
                if idle is None:
                    self._no_room_since_s = self._no_room_since_s or time.monotonic()
                    self._changed.wait(PATIENCE_S)
                    self._forget_promises()
                    continue
                del self._residents[idle]
                log.info("%s dropped from memory", idle[1] or idle[0])
                gc.collect()
                free_cached(self._device)
            self._no_room_since_s = None
        return True

    def _forget_promises(self) -> None:
        """Whoever asked may have been stopped meanwhile."""
        for resident in self._residents.values():
            resident.is_promised = False

    def _used(self) -> int:
        return sum(resident.model.size_bytes for resident in self._residents.values())

    def _tried(self, bot: Bot) -> Model | OutOfMemoryError:
        """Of an error a copy: its frames would hold half a model while the next try needs the memory."""
        try:
            return self._load(bot)
        except OutOfMemoryError as error:
            return copy(error)

    def _load(self, bot: Bot) -> Model:
        began_s = time.monotonic()
        model = cast("Model", import_module(KINDS[bot.kind].module).open_model(bot.model, self._device.place.type))
        log.info("%s: %s loaded in %.1f s", bot.name, bot.model or bot.kind, time.monotonic() - began_s)
        return model


def _key(bot: Bot) -> Key:
    return (bot.kind, bot.model)
