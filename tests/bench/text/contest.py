"""Running ways, each alone on the machine, and what they found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.processes import child, line, module
from tests.bench.text.plan import Found, Plan


@dataclass(frozen=True)
class Entry:
    """A way as it is called in the tables, its module and its argument."""

    title: str
    module: str
    argument: str = ""

    def command(self, plan: Plan) -> list[str]:
        arguments = [plan.as_json(), self.argument] if self.argument else [plan.as_json()]
        return module(f"tests.bench.text.ways.{self.module}", *arguments)


async def measured(entry: Entry, plan: Plan, must_work: bool) -> list[Found]:
    """One for each load of the plan; none, and the reason on the terminal, where the way does not work."""
    said = await said_by(entry.command(plan))
    if isinstance(said, list):
        return [Found(**each) for each in said]
    if must_work:
        raise RuntimeError(f"{entry.title}: {said['unable']}")
    print(f"left out: {entry.title}: {said['unable']}", flush=True)
    return []


async def said_by(command: Sequence[str]) -> Any:
    """What a process says in its one line."""
    async with child(command, {}, Path.cwd()) as process:
        return await line(process)
