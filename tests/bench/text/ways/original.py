"""A process for each message, one at a time: it imports, loads, answers, and is gone."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.bench.text.plan import THREADS, Ask, Plan, Seen
from tests.bench.text.way import serve

# By its path, so that it imports nothing of ours.
ONE_MESSAGE: Final = Path(__file__).with_name("one_message.py")


class Original:
    def __init__(self, plan: Plan) -> None:
        self._command = [sys.executable, str(ONE_MESSAGE), plan.folder, plan.device, str(THREADS)]

    def answer(self, jobs: Sequence[Ask], _at_once: int) -> list[Seen]:
        began_s = time.perf_counter()
        seen = []
        for job in jobs:
            asked = json.dumps({"ids": job.ids, "new_tokens": job.new_tokens})
            subprocess.run([*self._command, asked], check=True, stdout=subprocess.DEVNULL)
            # It shows nothing before the whole answer.
            whole_s = time.perf_counter() - began_s
            seen.append(Seen(whole_s, whole_s))
        return seen


if __name__ == "__main__":
    serve(Original)
