"""The commands, their arguments, and what does each."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from hub.admin import accounts, bots, channels, poison, queues, reports
from hub.admin.desk import Desk
from hub.admin.export import export

Act = Callable[[Desk, argparse.Namespace], Awaitable[None]]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  it has no public name


def parser(told: str | None) -> argparse.ArgumentParser:
    """What was asked for stands in `act` of what this parses."""
    whole = argparse.ArgumentParser(prog="python -m hub.admin", description=told)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _people(commands)
    _rooms(commands)
    _judgements(commands)
    _engines(commands)
    return whole


def _people(commands: Commands) -> None:
    every = _add(commands, "accounts", "who there is", lambda d, a: accounts.show(d, only_admins=a.admins))
    every.add_argument("--admins", action="store_true", help="administrators only")
    for name, told, act in (
        ("account", "what is known of one", lambda d, a: accounts.show_one(d, a.name)),
        (
            "make-admin",
            "make somebody an administrator; a new name gets an account",
            lambda d, a: accounts.make_admin(d, a.name),
        ),
        ("unmake-admin", "make an administrator a person like others", lambda d, a: accounts.unmake_admin(d, a.name)),
        ("lock", "let nobody in by an account", lambda d, a: accounts.lock(d, a.name)),
        ("unlock", "open a locked account again", lambda d, a: accounts.unlock(d, a.name)),
    ):
        _add(commands, name, told, act).add_argument("name")
    delete = _add(commands, "delete-account", "delete one for good", lambda d, a: accounts.delete(d, a.name, yes=a.yes))
    delete.add_argument("name")
    delete.add_argument("--yes", action="store_true", help="do not ask again")
    copy = _add(commands, "export-account", "all that is held of one, as files", lambda d, a: export(d, a.name, a.into))
    copy.add_argument("name")
    copy.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")


def _rooms(commands: Commands) -> None:
    _add(commands, "channels", "which there are, and who owns them", lambda d, _: channels.show(d))
    _add(commands, "channel", "what is known of one", lambda d, a: channels.show_one(d, a.name)).add_argument("name")
    delete = _add(commands, "delete-channel", "delete one for good", lambda d, a: channels.delete(d, a.name, yes=a.yes))
    delete.add_argument("name")
    delete.add_argument("--yes", action="store_true", help="do not ask again")
    owner = _add(
        commands, "set-owner", "give a channel to one owner", lambda d, a: channels.set_owner(d, a.channel, a.name)
    )
    owner.add_argument("channel")
    owner.add_argument("name", help="an account; who owned the channel before moderates it")


def _judgements(commands: Commands) -> None:
    _add(commands, "reports", "what nobody has judged yet", lambda d, _: reports.show(d))
    resolve = _add(
        commands,
        "resolve",
        "judge a report",
        lambda d, a: reports.resolve(d, a.channel, a.comment_id, a.reporter, a.resolution),
    )
    resolve.add_argument("channel")
    resolve.add_argument("comment_id", metavar="comment-id")
    resolve.add_argument("reporter")
    resolve.add_argument("resolution", choices=("dismissed", "removed"))


def _engines(commands: Commands) -> None:
    _add(commands, "bots", "the bots, and the engines that serve them", lambda d, _: bots.show(d))
    _add(commands, "queues", "how much waits, and how long", lambda d, _: queues.show(d))
    _add(commands, "poison", "messages that were put aside, and why", lambda d, _: poison.show(d))
    for name, told, act in (
        ("requeue", "send what was put aside again", lambda d, a: poison.requeue(d, a.id)),
        ("drop", "delete what was put aside", lambda d, a: poison.drop(d, a.id)),
    ):
        which = _add(commands, name, told, act).add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="*", default=[], help="as `poison` shows it")
        which.add_argument("--all", action="store_true", help="all that was put aside")


def _add(commands: Commands, name: str, told: str, act: Act) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=told, description=told)
    command.set_defaults(act=act)
    return command
