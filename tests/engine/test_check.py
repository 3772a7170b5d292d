"""`python -m engine --check`: what is told before anything is loaded, and the exit code that goes with it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from aiohttp import web
from aiohttp.test_utils import TestServer
from huggingface_hub import constants

from contracts.names import INPUT_QUEUE
from contracts.storage import azurite_connection_string
from engine.bots import Bot
from engine.check import check
from engine.device import Device
from engine.settings import Settings
from infra.ports import free_ports
from tests.engine.conftest import ROOT, save_gpt2
from tests.engine.desk import open_desk

CPU = Device(torch.device("cpu"), torch.float32)
ECHO = Bot(name="EchoBot", kind="echo")
TOO_LITTLE_MIB = 1
ENOUGH_MIB = 1000


@pytest.fixture(autouse=True)
def _no_models_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of 37 KiB more than a MiB."""
    save_gpt2(tmp_path / "hen", layers=80)
    return tmp_path / "hen"


@pytest.fixture
def told(connection_string: str, capsys: pytest.CaptureFixture[str]) -> "Told":
    return Told(connection_string, capsys)


class Told:
    """Checks, and gives whether all is well and what was told."""

    def __init__(self, connection_string: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._connection_string = connection_string
        self._capsys = capsys

    async def __call__(self, *bots: Bot, **settings: object) -> tuple[bool, str]:
        given = {"AZURE_STORAGE_CONNECTION_STRING": self._connection_string, "memory_mib": ENOUGH_MIB} | settings
        is_well = await check(Settings.model_validate(given), bots, CPU)
        return is_well, self._capsys.readouterr().out


async def test_a_complete_model_that_fits_is_well(told: Told, folder: Path) -> None:
    is_well, text = await told(ECHO, Bot(name="Hen", kind="gpt2", model=str(folder)))
    assert is_well
    assert f"Hen (gpt2): {folder} is complete, about" in text
    assert "EchoBot (echo): needs no model." in text
    assert "they fit." in text
    assert text.endswith("This engine can serve all its bots.\n")


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _cut_short(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without("config.json"), "lacks config.json."),
        (_without("tokenizer.json"), "lacks a tokenizer."),
        (_without("model.safetensors"), "lacks weights."),
        (_cut_short, "are broken or cut short."),
        (_emptied, "lacks config.json, a tokenizer, weights."),
    ],
)
async def test_a_folder_that_cannot_be_loaded_is_said_with_what_is_wrong(
    told: Told, folder: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(folder)
    is_well, text = await told(ECHO, Bot(name="Hen", kind="gpt2", model=str(folder)))
    assert not is_well
    assert "Hen (gpt2): CANNOT BE SERVED: " in text
    assert said in text
    assert "EchoBot (echo): needs no model." in text
    assert text.endswith("This engine cannot serve Hen.\n")


async def test_a_model_larger_than_the_memory_cannot_be_served(told: Told, folder: Path) -> None:
    is_well, text = await told(Bot(name="Hen", kind="gpt2", model=str(folder)), memory_mib=TOO_LITTLE_MIB)
    assert not is_well
    assert "more than models may fill" in text


async def test_models_that_fit_one_by_one_are_well_and_it_is_said_that_they_take_turns(
    told: Told, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "cock")
    hen, cock = (Bot(name=name, kind="gpt2", model=str(tmp_path / name)) for name in ("hen", "cock"))
    is_well, text = await told(hen, cock, memory_mib=6)
    assert is_well
    assert "they do not fit. The least used will be dropped" in text
    is_well, text = await told(hen, hen.model_copy(update={"name": "chick"}), memory_mib=6)
    assert is_well
    assert "they fit." in text


async def test_a_model_that_is_still_to_be_downloaded_is_no_fault(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    is_well, text = await told(Bot(name="Hen", kind="chat", model="house/hen"))
    assert is_well
    assert "house/hen is not here yet: it is downloaded when it is first needed" in text
    assert "whether they fit will show" in text
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    is_well, text = await told(Bot(name="Hen", kind="chat", model="house/hen"))
    assert not is_well
    assert "HF_HUB_OFFLINE" in text


async def test_adapters_and_judges_of_pictures_are_looked_at_too(told: Told, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    lost = str(tmp_path / "empty")
    is_well, text = await told(
        Bot(name="Hen", kind="gpt2", model=str(folder), adapter=lost),
        Bot(name="Eye", kind="diffusion", model=str(ROOT / "engine" / "bots" / "ImageBot"), safety=lost),
    )
    assert not is_well
    assert "lacks adapter_config.json, weights" in text
    assert "lacks config.json, preprocessor_config.json, weights" in text


async def test_a_bot_elsewhere_needs_its_key(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    near = Bot(name="Near", kind="remote", model="m", address="http://127.0.0.1:1/v1")
    keyed = near.model_copy(update={"name": "Keyed", "key": "CHECK_TEST_KEY"})
    far = Bot(name="Far", kind="remote", model="m")
    is_well, text = await told(near, keyed, far)
    assert not is_well
    assert "Near (remote): m is asked at http://127.0.0.1:1/v1." in text
    assert "CHECK_TEST_KEY, which should hold its key, is not set" in text
    assert "HF_TOKEN, which should hold its key, is not set" in text
    monkeypatch.setenv("CHECK_TEST_KEY_2", "secret")
    is_well, text = await told(near.model_copy(update={"key": "CHECK_TEST_KEY_2"}))
    assert is_well
    assert "secret" not in text


async def test_a_bot_of_another_pool_is_left_to_others(told: Told) -> None:
    is_well, text = await told(ECHO, Bot(name="Big", kind="gpt2", model="a/b/c", pool="big"), pools="default")
    assert is_well
    assert "Big (gpt2) is left to other engines" in text


async def test_what_waits_on_the_queues_is_told(told: Told, connection_string: str) -> None:
    assert f"the queue {INPUT_QUEUE} will be made" in (await told(ECHO))[1]
    async with open_desk(connection_string) as desk:
        await desk.input.client.send_message("{}")
        is_well, text = await told(ECHO)
    assert is_well
    assert f"1 waiting on {INPUT_QUEUE}" in text


async def test_storage_that_is_away_is_a_fault(told: Told) -> None:
    is_well, text = await told(ECHO, AZURE_STORAGE_CONNECTION_STRING=azurite_connection_string(free_ports(3)))
    assert not is_well
    assert "STORAGE IS AWAY: " in text
    assert "can serve" not in text


async def test_the_hub_is_looked_for_where_there_is_a_doorbell_and_its_absence_is_no_fault(told: Told) -> None:
    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_get("/health/live", live)
    async with TestServer(app) as server:
        is_well, text = await told(ECHO, hub_url=str(server.make_url("/")), token="hunter2")
        assert is_well
        assert "answers: there will be a doorbell" in text
    is_well, text = await told(ECHO, hub_url=f"http://127.0.0.1:{free_ports(1)}", token="hunter2")
    assert is_well
    assert "does not answer" in text
    assert "hunter2" not in text
    assert "no doorbell" in (await told(ECHO))[1]


def run(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    bots = tmp_path / "bots.toml"
    bots.write_text('[[bot]]\nname = "EchoBot"\nkind = "echo"\n')
    given = {"PYTHONPATH": str(ROOT), "ENGINE_BOTS": str(bots), "OMP_NUM_THREADS": "1"}
    given["AZURE_STORAGE_CONNECTION_STRING"] = azurite_connection_string(free_ports(3))
    command = [sys.executable, "-m", "engine", *arguments]
    return subprocess.run(command, cwd=tmp_path, env=given | environment, capture_output=True, text=True, check=False)


def test_the_check_ends_with_1_when_it_finds_fault_and_tells_no_secret(tmp_path: Path) -> None:
    ended = run(tmp_path, "--check", ENGINE_HUB_URL="http://127.0.0.1:9", ENGINE_TOKEN="hunter2")
    assert ended.returncode == 1
    assert "STORAGE IS AWAY" in ended.stdout
    assert "engine: ENGINE_LEASE_S = 30" in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_device_that_is_not_there_stops_the_start_with_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    absent = "cuda" if not torch.cuda.is_available() else "mps"
    ended = run(tmp_path, *arguments, ENGINE_DEVICE=absent)
    assert ended.returncode == 2
    assert f"engine: ENGINE_DEVICE = {absent}: torch finds only" in ended.stderr
    assert "Traceback" not in ended.stderr
