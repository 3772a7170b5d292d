"""How fast unpacked text is read, over the time between two looks."""

import time

from engine.training.dumps.work_file import ReadFile


class Speed:
    def __init__(self) -> None:
        self._number = -1
        self._place = 0
        self._seen_s = time.monotonic()
        self._mb_a_second = 0.0

    def after(self, file: ReadFile) -> float:
        """MB a second since the last call; the first look at a file only marks the place."""
        now_s = time.monotonic()
        if file.number == self._number and now_s > self._seen_s:
            self._mb_a_second = (file.place - self._place) / 1e6 / (now_s - self._seen_s)
        self._number, self._place, self._seen_s = file.number, file.place, now_s
        return self._mb_a_second
