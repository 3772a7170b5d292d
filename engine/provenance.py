"""The name and version of a model, so that an answer can be made again."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

DIGITS: Final = 8


def version_of(source: str, commit: str | None) -> str:
    """`NAME@VERSION`: of a folder or file the hash of its weights and settings, of a model from a hub its commit."""
    path = Path(source)
    if path.is_dir():
        files = [file for file in sorted(path.rglob("*")) if _is_part(file.relative_to(path))]
    elif path.is_file():
        files = [path]
    else:
        return f"{source}@{commit[:DIGITS]}" if commit else source
    digest = hashlib.sha256()
    for file in files:
        digest.update(_hash(file, file.stat().st_size, file.stat().st_mtime_ns))
    return f"{path.name}@{digest.hexdigest()[:DIGITS]}"


def _is_part(file: Path) -> bool:
    """Checkpoints beside a fine-tuned model are other models; its other pickles say how the training was set."""
    is_of_checkpoint = any(folder.name.startswith("checkpoint-") for folder in file.parents)
    return not is_of_checkpoint and (file.suffix in (".safetensors", ".json") or file.match("pytorch_model*.bin"))


@cache
def _hash(file: Path, _size_bytes: int, _changed_ns: int) -> bytes:
    """Once for each state of a file: a model that comes and goes is loaded in less time than it is read here."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
