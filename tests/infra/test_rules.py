"""The rules of who may import whom hold, and each of them notices a breach."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("contracts", "hub", "engine", "infra")
LINT: Final = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LINT], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The project's Python files."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            copy = tmp_path / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    return tmp_path


def test_the_rules_hold(copied: Path) -> None:
    found = lint(copied)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("hub/__init__.py", "import engine"),
        ("engine/__init__.py", "import hub"),
        ("contracts/__init__.py", "import hub"),
        ("contracts/__init__.py", "import torch"),
        ("hub/__init__.py", "import transformers"),
        ("hub/__init__.py", "import infra"),
        ("engine/dialects.py", "import contracts.queues"),
        ("engine/kinds/__init__.py", "import socketio"),
    ],
)
def test_a_breach_is_noticed(copied: Path, file: str, line: str) -> None:
    with (copied / file).open("a") as source:
        source.write(f"\n{line}\n")
    found = lint(copied)
    assert found.returncode == 1, found.stdout
    assert "broken" in found.stdout.lower()
