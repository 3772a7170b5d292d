"""Training is last in line: between two batches it waits while an engine of the same machine and user works.

They are processes that know nothing of each other. An engine touches a file while it works, and training looks at its
age; so an engine that ends in whatever way is soon forgotten, and any number of engines may touch the same file.
"""

import logging
import tempfile
import time
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

TOUCH_EVERY_S: Final = 0.5
# Some touches may come late, and a chat has pauses in which a batch would only be in the way.
FRESH_S: Final = 2.0
LOOK_EVERY_S: Final = 0.1
# After so long one batch is trained all the same. That takes tenths of a second, so an engine that never rests loses
# some hundredths of its time, and five thousand batches are done within fourteen hours.
LONGEST_S: Final = 10.0


def sign() -> Path:
    """The file. In the user's home, since temporary folders are open to others, and a service may have its own."""
    try:
        home = Path.home()
    except RuntimeError:  # a container may run as a user whom it does not know
        home = Path(tempfile.gettempdir())
    return home / ".cache" / "coop-and-pablo-playhouse" / "engine-works"


class Sign:
    """For an engine, to be touched while it works."""

    def __init__(self) -> None:
        self._file = sign()
        self._is_writable = True

    def touch(self) -> None:
        if not self._is_writable:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()
        except OSError as error:
            self._is_writable = False
            log.warning("training will not step aside for this engine: %s", error)


class LastInLine:
    """For a training, to be asked before each batch."""

    def __init__(self) -> None:
        self._file = sign()
        self._has_waited = False

    def wait(self) -> None:
        """While an engine works, and LONGEST_S at the most."""
        if self._is_free():
            if self._has_waited:
                log.info("training goes on")
            self._has_waited = False
            return
        if not self._has_waited:
            log.info("an engine works: training waits before each batch, for %.0f s at the most", LONGEST_S)
        self._has_waited = True
        until_s = time.monotonic() + LONGEST_S
        while time.monotonic() < until_s and not self._is_free():
            time.sleep(LOOK_EVERY_S)

    def _is_free(self) -> bool:
        """A file from the future is one from before the clock was set."""
        try:
            return abs(time.time() - self._file.stat().st_mtime) > FRESH_S
        except OSError:
            return True
