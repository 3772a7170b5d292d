"""Settings and the file of bots: what is refused, and how that is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from contracts.jobs import Turn
from contracts.message import Parameters
from contracts.settings import SettingsError
from contracts.storage import azurite_connection_string
from engine.bots import BotsError, read_bots
from engine.settings import Settings
from tests.engine.desk import job

STORAGE = azurite_connection_string(10_000)


@pytest.fixture(autouse=True)
def _only_storage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", STORAGE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENGINE_LEASE_S", "soon"),
        ("ENGINE_LEASE_S", "0"),
        ("ENGINE_GRACE_S", "-1"),
        ("ENGINE_DEVICE", "abacus"),
        ("ENGINE_POOLS", "fine,Not Fine"),
        ("ENGINE_MEMORY_MIB", "0"),
        ("ENGINE_HUB_URL", "127.0.0.1:8080"),
    ],
)
def test_a_bad_setting_is_refused_by_name_and_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.read()
    assert name in str(refused.value)
    assert value.split(",")[-1] in str(refused.value)


def test_a_bad_secret_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=hunter2")
    with pytest.raises(SettingsError, match="AZURE_STORAGE_CONNECTION_STRING") as refused:
        Settings.read()
    assert "hunter2" not in str(refused.value)


def test_storage_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    with pytest.raises(SettingsError, match="AZURE_STORAGE_ACCOUNT"):
        Settings.read()


def test_an_address_of_a_hub_needs_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_HUB_URL", "http://127.0.0.1:8080")
    with pytest.raises(SettingsError, match="ENGINE_TOKEN"):
        Settings.read()


def test_settings_come_from_a_file_too_and_are_told_without_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "ENGINE_POOLS=default,big\nENGINE_HUB_URL=http://h\nENGINE_TOKEN=hunter2\nHUB_PORT=1\n"
    )
    settings = Settings.read()
    told = "\n".join(settings.told())
    assert settings.pools == ("default", "big")
    assert "ENGINE_LEASE_S = 30" in told
    assert "hunter2" not in told
    assert STORAGE not in told


def test_a_bad_setting_stops_the_start_with_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_LEASE_S", "soon")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    ended = subprocess.run([sys.executable, "-m", "engine"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("engine: ENGINE_LEASE_S = 'soon': ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[bot]]\nname = "A1"\nkind = "echo"\nmoood = "good"', 'bot "A1": there is no setting "moood"'),
        ('[[bot]]\nname = "A1"\nkind = "oracle"', "bot \"A1\": kind = 'oracle'"),
        ('[[bot]]\nname = "A1"\nkind = "gpt2"', 'bot "A1": a bot of kind "gpt2" needs a model'),
        ('[[bot]]\nname = "A1"\nkind = "gpt2"\nmodel = "./gone"', 'bot "A1": there is no folder ./gone'),
        ('[[bot]]\nname = "A1"\nkind = "echo"\n[bot.parameters]\nheat = 1', 'bot "A1": there is no setting "heat"'),
        ('[[bot]]\nname = "A1"\nkind = "echo"\n[bot.parameters]\ntop_p = 7', 'bot "A1": parameters.top_p = 7'),
        ('[[bot]]\nkind = "echo"', "bot 1: name"),
        ('[[bot]]\nname = "A1"\nkind = "echo"\n[[bot]]\nname = "a1"\nkind = "echo"', 'two bots called "A1"'),
        ("[[bot]", "is not TOML"),
        ("", "bot"),
    ],
)
def test_a_mistake_in_the_file_of_bots_is_said_with_the_bots_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bots.toml").write_text(text)
    with pytest.raises(BotsError) as refused:
        read_bots(tmp_path / "bots.toml")
    assert said in str(refused.value)


def test_a_missing_file_of_bots_is_named(tmp_path: Path) -> None:
    with pytest.raises(BotsError, match="cannot be read"):
        read_bots(tmp_path / "bots.toml")


def test_the_folder_of_a_model_is_beside_the_file_and_other_names_are_those_of_a_hub(tmp_path: Path) -> None:
    (tmp_path / "Mine").mkdir()
    (tmp_path / "bots.toml").write_text(
        '[[bot]]\nname = "A1"\nkind = "gpt2"\nmodel = "./Mine"\n'
        '[[bot]]\nname = "A2"\nkind = "gpt2"\nmodel = "openai-community/gpt2"\n'
    )
    mine, theirs = read_bots(tmp_path / "bots.toml")
    assert (mine.model, mine.card.model) == (str(tmp_path / "Mine"), "Mine")
    assert (theirs.model, theirs.card.model) == ("openai-community/gpt2", "openai-community/gpt2")


def test_the_askers_parameters_come_before_the_bots_and_these_before_the_kinds(tmp_path: Path) -> None:
    (tmp_path / "bots.toml").write_text(
        '[[bot]]\nname = "A1"\nkind = "echo"\n[bot.parameters]\ntemperature = 0.5\ntop_k = 20\n'
    )
    (bot,) = read_bots(tmp_path / "bots.toml")
    asked = job("A1", parameters=Parameters(top_k=3))
    assert bot.parameters_for(asked, Parameters(temperature=1.0, top_k=50, top_p=0.9)) == Parameters(
        temperature=0.5, top_k=3, top_p=0.9
    )
    assert asked.thread == (Turn(author="ann", text="hello"),)
