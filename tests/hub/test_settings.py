"""A bad setting stops the start, by its name."""

import os
import subprocess
import sys

import pytest

from hub.settings import Settings
from tests.hub.test_crashes import ENVIRONMENT

STORAGE = {"AZURE_STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true"}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"HUB_PORT": "99999"}, "HUB_PORT = '99999'"),
        ({"HUB_PORT": "web"}, "HUB_PORT = 'web'"),
        ({"HUB_HOME_CHANNEL": "no/name"}, "HUB_HOME_CHANNEL = 'no/name'"),
        ({"HUB_SECRET": "too short"}, "HUB_SECRET = (secret)"),
        ({"AZURE_STORAGE_CONNECTION_STRING": ""}, "set AZURE_STORAGE_CONNECTION_STRING"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_bad_setting_stops_the_start_by_its_name(bad: dict[str, str], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub"],
        env={**ENVIRONMENT, **STORAGE, **bad},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert "too short" not in done.stdout + done.stderr


def test_what_is_told_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    for name, value in {**STORAGE, "HUB_SECRET": "s" * 40, "HUB_REDIS_URL": "redis://:hidden@host"}.items():
        monkeypatch.setenv(name, value)
    told = "\n".join(Settings.read().told())
    assert "HUB_PORT = 8080" in told
    assert not any(secret in told for secret in ("ssss", "hidden", "UseDevelopment"))
