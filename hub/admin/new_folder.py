"""A folder of files that is there whole or not at all, and that its owner alone may read."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from hub.errors import ConflictError


class NewFolder:
    """Files that are being written beside the place where they will stand."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, name: str, content: bytes) -> None:
        """`name` may lead into one folder beneath."""
        path = self._path / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with open(path, "xb", opener=_for_the_owner) as file:
            file.write(content)

    def write_json(self, name: str, value: JsonValue) -> None:
        self.write(name, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())

    def append_line(self, name: str, line: str) -> None:
        with open(self._path / name, "ab", opener=_for_the_owner) as file:
            file.write(line.encode() + b"\n")


@contextmanager
def new_folder(path: Path) -> Iterator[NewFolder]:
    """Raises ConflictError when something is there already, and OSError."""
    if path.exists():
        raise ConflictError(f"{path} is there already; name a folder that is not.")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Such a folder is its owner's alone from the beginning.
    making = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield NewFolder(making)
        making.rename(path)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
