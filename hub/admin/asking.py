"""What a command asks of whoever started it: a new password, or the name of what is to be deleted."""

import getpass
import sys

from pydantic import SecretStr

from hub.errors import BadRequestError


def new_password(name: str) -> SecretStr:
    """Typed twice and unseen; one line of standard input where that is no terminal. Raises BadRequestError."""
    if not sys.stdin.isatty():
        return SecretStr(sys.stdin.readline().rstrip("\r\n"))
    first = getpass.getpass(f"A password for {name}: ")
    if getpass.getpass("Once more: ") != first:
        raise BadRequestError("The two passwords differ; nothing was done.")
    return SecretStr(first)


def confirm(name: str, *, yes: bool) -> None:
    """The name is written again, unless that was answered before. Raises BadRequestError."""
    if yes:
        return
    print(f"To delete it for good, write the name {name}: ", end="", flush=True)
    if sys.stdin.readline().strip() != name:
        raise BadRequestError("That is not the name; nothing was deleted. Programs say --yes.")
