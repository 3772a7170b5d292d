"""`python -m hub.admin COMMAND`: accounts, channels, reports, bots, queues, and what was put aside."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from azure.core.exceptions import AzureError

from contracts.settings import SettingsError
from hub.admin import bots, poison, queues
from hub.admin.desk import Desk, open_desk
from hub.errors import HubError
from hub.settings import Settings

FAILED = 1
BAD_SETTINGS = 2

Act = Callable[[Desk, argparse.Namespace], Awaitable[None]]


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it is done, 1 when it could not be, 2 when a setting is bad."""
    wanted = _parser().parse_args(arguments)
    try:
        asyncio.run(_run(wanted.act, Settings.read(), wanted))
    except SettingsError as error:
        return _refused(str(error), BAD_SETTINGS)
    except (HubError, OSError) as error:
        return _refused(str(error), FAILED)
    except AzureError as error:
        return _refused(f"the storage could not be reached: {error.message.splitlines()[0]}", FAILED)
    return 0


async def _run(act: Act, settings: Settings, wanted: argparse.Namespace) -> None:
    async with open_desk(settings) as desk:
        await act(desk, wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub.admin", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "bots", "the bots, and the engines that serve them", lambda desk, _: bots.show(desk))
    _add(commands, "queues", "how much waits, and how long", lambda desk, _: queues.show(desk))
    _add(commands, "poison", "messages that were put aside, and why", lambda desk, _: poison.show(desk))
    for name, act, told in (
        ("requeue", poison.requeue, "send what was put aside again"),
        ("drop", poison.drop, "delete what was put aside"),
    ):
        command = _add(commands, name, told, partial(_with_ids, act))
        which = command.add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="*", default=[], help="as `poison` shows it")
        which.add_argument("--all", action="store_true", help="all that was put aside")
    return parser


async def _with_ids(
    act: Callable[[Desk, Sequence[str]], Awaitable[None]], desk: Desk, wanted: argparse.Namespace
) -> None:
    await act(desk, wanted.id)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, told: str, act: Act
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=told, description=told)
    command.set_defaults(act=act)
    return command


def _refused(sentence: str, status: int) -> int:
    print(f"hub.admin: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
