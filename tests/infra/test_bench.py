"""The benchmarks still run: at their smallest size, where their figures mean nothing."""

import json
import subprocess
import sys

import pytest

from tests.bench.processes import ROOT


# The others start an engine again and again, which takes most of a minute.
@pytest.mark.parametrize(
    "name", ["fanout", "history", "search", "memory", "text", "residency", "growth", "finetuning", "demo"]
)
def test_a_benchmark_ends_with_a_line_of_json(name: str) -> None:
    command = [sys.executable, "-m", "tests.bench", "--smallest", name]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1])["benchmark"] == name
