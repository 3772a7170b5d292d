"""Looks at the beginning of each file before anything is read, and says in one sentence which is no dump."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from engine.training.dumps.formats import DumpFile
from engine.training.problems import TrainingError

_LOOKED_AT_BYTES: Final = 1 << 18
_ANY: Final = msgspec.json.Decoder(dict[str, object])


class NoDumpError(TrainingError):
    """The sentence says which file it is, and what was seen in it."""


def check_dumps(paths: Iterable[Path]) -> None:
    """Raises NoDumpError."""
    seen: set[Path] = set()
    for path in paths:
        check_readable(path)
        if path.resolve() in seen:
            raise NoDumpError(f"{path} was given twice.")
        seen.add(path.resolve())
        _check_lines(path)


def check_readable(path: Path) -> None:
    if not path.exists():
        raise NoDumpError(f"{path} is not there.")
    if not path.is_file():
        raise NoDumpError(f"{path} is a folder, not a file.")


def _check_lines(path: Path) -> None:
    if not path.stat().st_size:
        raise NoDumpError(f"{path} is empty.")
    view = memoryview(bytearray(_LOOKED_AT_BYTES))
    try:
        with DumpFile(path) as file:
            start = bytes(view[: file.readinto(view)])
            trouble = file.trouble
    except OSError as error:
        raise NoDumpError(f"{path} cannot be read: {error.strerror}.") from None
    if not start.strip():
        raise NoDumpError(f"{path} is no dump: {trouble or 'there is nothing in it'}.")
    if len(start) == _LOOKED_AT_BYTES and b"\n" not in start:
        return  # it begins with a very long line; reading will count it
    objects = [fields for line in start.splitlines() if (fields := _fields(line)) is not None]
    if not objects:
        raise NoDumpError(
            f"{path} is no dump: it holds no lines of JSON, nor zstandard, bz2 or xz with such lines in it."
        )
    if not any("title" in fields or {"body", "link_id"} <= fields.keys() for fields in objects):
        raise NoDumpError(f"{path} is no dump: its lines are neither posts (title) nor comments (body, link_id).")


def _fields(line: bytes) -> dict[str, object] | None:
    try:
        return _ANY.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
