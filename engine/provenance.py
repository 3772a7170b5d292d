"""The name and version of a model, so that an answer can be made again."""

import hashlib
from pathlib import Path
from typing import Final

DIGITS: Final = 8


def version_of(source: str, commit: str | None) -> str:
    """`NAME@VERSION`: of a folder the hash of its weights and settings, of a model from a hub its commit."""
    folder = Path(source)
    if not folder.is_dir():
        return f"{source}@{commit[:DIGITS]}" if commit else source
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".safetensors", ".json"):
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    return f"{folder.name}@{digest.hexdigest()[:DIGITS]}"
