"""A bad setting stops the start, by its name."""

import json
import os
import subprocess
import sys

import pytest

from contracts.settings import SettingsError
from hub.settings import Settings
from tests.hub.test_crashes import ENVIRONMENT

PUBLIC = {"HUB_PUBLIC_URL": "https://playhouse.example"}
STORAGE = {"AZURE_STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true"}


def oauth(name: str = "github", **changes: str) -> str:
    """The setting for one provider; its secret contains "too short"."""
    return json.dumps({name: {"clientId": "id", "clientSecret": "too short", **changes}})


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


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"HUB_GUESTS": "maybe"}, "HUB_GUESTS = 'maybe'"),
        ({"HUB_PUBLIC_URL": "https://playhouse.example/house"}, "HUB_PUBLIC_URL = 'https://playhouse.example/house'"),
        ({"HUB_PUBLIC_URL": "playhouse.example"}, "HUB_PUBLIC_URL = 'playhouse.example'"),
        ({"HUB_OAUTH": oauth()}, "HUB_OAUTH needs HUB_PUBLIC_URL"),
        ({**PUBLIC, "HUB_OAUTH": "too short"}, "HUB_OAUTH = (secret)"),
        ({**PUBLIC, "HUB_OAUTH": oauth(clientId="")}, "github.clientId"),
        ({**PUBLIC, "HUB_OAUTH": oauth(discovery="https://id.example")}, "github.discovery"),
        ({**PUBLIC, "HUB_OAUTH": oauth("elsewhere")}, "elsewhere.discovery: is missing"),
        ({**PUBLIC, "HUB_OAUTH": oauth("Git Hub")}, "lower-case letters"),
    ],
    ids=lambda value: next(iter(reversed(value.values()))) if isinstance(value, dict) else "",
)
def test_bad_doors_are_named_without_their_secrets(
    monkeypatch: pytest.MonkeyPatch, bad: dict[str, str], told: str
) -> None:
    for name, value in {**STORAGE, **bad}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert told in str(refused.value)
    assert "too short" not in str(refused.value)


def test_what_is_told_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    given = {**STORAGE, **PUBLIC, "HUB_SECRET": "s" * 40, "HUB_REDIS_URL": "redis://:hidden@host", "HUB_OAUTH": oauth()}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    told = "\n".join(Settings.read().told())
    assert "HUB_PORT = 8080" in told
    assert "HUB_PUBLIC_URL = https://playhouse.example" in told
    assert not any(secret in told for secret in ("ssss", "hidden", "UseDevelopment", "too short"))
