"""The models in memory: loaded when first needed, kept until others are used more."""

import logging
import threading
import time
from collections import OrderedDict
from importlib import import_module
from typing import cast

from engine.answers import Model
from engine.bots import Bot
from engine.kinds import KINDS

log = logging.getLogger(__name__)


class Models:
    """At most `most` models; the lanes' threads share them. `device` as in the settings."""

    def __init__(self, most: int, device: str) -> None:
        self._most = most
        self._device = device
        self._loaded: OrderedDict[tuple[str, str], Model] = OrderedDict()
        # One load at a time: two need the memory of both, and the libraries' lazy imports are not safe in threads.
        self._loading = threading.Lock()

    def of(self, bot: Bot) -> Model:
        """The bot's model. Blocks while it loads. Raises ModelUnavailableError or OutOfMemoryError."""
        key = (bot.kind, bot.model)
        with self._loading:
            if key not in self._loaded:
                while len(self._loaded) >= self._most:
                    (kind, dropped), _ = self._loaded.popitem(last=False)
                    log.info("%s dropped from memory", dropped or kind)
                self._loaded[key] = self._load(bot)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    def _load(self, bot: Bot) -> Model:
        began_s = time.monotonic()
        model = cast("Model", import_module(KINDS[bot.kind].module).open_model(bot.model, self._device))
        log.info("%s: %s loaded in %.1f s", bot.name, bot.model or bot.kind, time.monotonic() - began_s)
        return model
