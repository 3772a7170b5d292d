"""The folder of an unfinished training: its latest checkpoint and its best model, each whole or not there."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file, save_file

from engine.training.problems import TrainingError

Weights = dict[str, torch.Tensor]

SETTINGS: Final = "settings.json"
WEIGHTS: Final = "weights.safetensors"
STATE: Final = "state.json"
BEST: Final = "best"
_PREFIX: Final = "checkpoint-"
_UNFINISHED: Final = ".unfinished"


class Checkpoints:
    """In `folder`: `checkpoint-STEP/` and `best/`, and the settings that both were made with."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    def open(self, settings: dict[str, Any]) -> None:
        """Begins a training, or goes on with one of the same settings. Raises TrainingError where they differ."""
        file = self.folder / SETTINGS
        if file.is_file():
            begun = json.loads(file.read_text("utf-8"))
            for name, value in settings.items():
                if begun.get(name) != value:
                    raise TrainingError(
                        f"{self.folder} holds a training that was begun with {name} = {begun.get(name)}, not {value}: "
                        "go on with the same, or remove that folder to begin anew."
                    )
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings, indent=2) + "\n", "utf-8")

    @property
    def latest(self) -> Path | None:
        found = [path for path in self.folder.glob(f"{_PREFIX}*") if path.name.removeprefix(_PREFIX).isdecimal()]
        return max(found, key=step_of, default=None)

    @property
    def best(self) -> Path | None:
        """Replaced as a whole; after an interruption in that very moment the new one waits beside its place."""
        target = self.folder / BEST
        written = target.with_name(BEST + _UNFINISHED)
        if not target.exists() and (written / STATE).exists():
            written.rename(target)
        return target if target.exists() else None

    def save(self, name: str, weights: Weights, state: dict[str, Any], **others: dict[str, Any]) -> None:
        """Replaces what stood under the name; of checkpoints only this one is kept. `others` are for torch.load."""
        target = self.folder / name
        written = target.with_name(name + _UNFINISHED)
        shutil.rmtree(written, ignore_errors=True)
        written.mkdir(parents=True)
        save_file(_copies(weights), written / WEIGHTS)
        for key, value in others.items():
            torch.save(_on_cpu(value), written / f"{key}.pt")
        (written / STATE).write_text(json.dumps(state) + "\n", "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        written.rename(target)
        if name.startswith(_PREFIX):
            for older in self.folder.glob(f"{_PREFIX}*"):
                if older != target:
                    shutil.rmtree(older)

    @property
    def is_open(self) -> bool:
        """Whether a training was begun and has not ended."""
        return (self.folder / SETTINGS).is_file()

    def remove(self) -> None:
        """Without its settings it is over, whatever else is left of it."""
        (self.folder / SETTINGS).unlink()
        shutil.rmtree(self.folder, ignore_errors=True)


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix(_PREFIX))


def weights_of(folder: Path) -> Weights:
    return load_file(folder / WEIGHTS)


def state_of(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / STATE).read_text("utf-8"))
    return loaded


def _on_cpu(value: Any) -> Any:
    """Whoever loads it may have another card, or share this one with other processes."""
    if isinstance(value, torch.Tensor):
        return value.cpu()
    if isinstance(value, dict):
        return {key: _on_cpu(each) for key, each in value.items()}
    return value


def _copies(weights: Weights) -> Weights:
    """A file of weights must not hold two that share their memory."""
    return {key: tensor.detach().cpu().contiguous().clone() for key, tensor in weights.items()}
