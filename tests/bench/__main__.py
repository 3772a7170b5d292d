"""`python -m tests.bench [name …]`: measures, prints a table for each benchmark, and one line of JSON last."""

import argparse
import asyncio
import json
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Final

from tests.bench import api, costs, demo, dumps, fanout, finetuning, history, hubs, memory, pictures, pipeline, search
from tests.bench.report import Figures
from tests.bench.text import growth, mixed, residency, speed

# Name: the measurement; its argument says whether to take the smallest size, which shows only that it runs.
BENCHMARKS: Final[dict[str, Callable[[bool], Awaitable[Figures]]]] = {
    "pipeline": pipeline.run,
    "fanout": fanout.run,
    "hubs": hubs.run,
    "api": api.run,
    "history": history.run,
    "search": search.run,
    "memory": memory.run,
    "costs": costs.run,
    "pictures": pictures.run,
    "finetuning": finetuning.run,
    "demo": demo.run,
    "text": speed.run,
    "mixed": mixed.run,
    "residency": residency.run,
    "growth": growth.run,
    "dumps": dumps.run,
}


def main() -> int:
    """Runs the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--smallest", action="store_true", help="show only that they run")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    # Ended from outside, it stops its servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A socket is a file, and the servers inherit the limit.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    for name in chosen.names or BENCHMARKS:
        figures = asyncio.run(_measured(name, chosen.smallest))
        print(json.dumps({"benchmark": name, **figures}), flush=True)
    return 0


async def _measured(name: str, smallest: bool) -> Figures:
    return await BENCHMARKS[name](smallest)


if __name__ == "__main__":
    sys.exit(main())
