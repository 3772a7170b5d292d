"""Engines, in this process and in their own, and the bots that they serve in tests."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from engine.bots import read_bots
from engine.service import serve
from engine.settings import Settings
from tests.engine.desk import Desk, open_desk

ROOT = Path(__file__).parents[2]
BOTS = """
[[bot]]
name = "EchoBot"
kind = "echo"

[[bot]]
name = "SlowBot"
kind = "gpt2"
model = "./slow"

[bot.parameters]
max_new_tokens = 2000
temperature = 0

[[bot]]
name = "BrokenBot"
kind = "gpt2"
model = "./broken"

[[bot]]
name = "LostBot"
kind = "gpt2"
model = "./lost"
"""


def save_gpt2(
    folder: Path,
    *,
    positions: int = 256,
    layers: int = 2,
    tags: Sequence[str] = (),
    tokens_known: int | None = None,
) -> None:
    """A GPT-2 with random weights whose tokens are bytes, the end of a text, and `tags`."""
    vocabulary = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    bytewise = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytewise, eos_token="<|endoftext|>")
    tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in tags])
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=tokens_known or len(tokenizer),
        n_positions=positions,
        n_embd=32,
        n_layer=layers,
        n_head=2,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tiny models lose more by sharing work between threads than they gain."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def bots_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """EchoBot; SlowBot, which takes seconds; BrokenBot, which fails at each try; LostBot, which cannot be loaded."""
    folder = tmp_path_factory.mktemp("bots")
    save_gpt2(folder / "slow", positions=4096, layers=12)
    save_gpt2(folder / "broken", tokens_known=32)
    (folder / "lost").mkdir()
    (folder / "bots.toml").write_text(BOTS)
    return folder / "bots.toml"


@pytest_asyncio.fixture
async def desk(connection_string: str) -> AsyncIterator[Desk]:
    async with open_desk(connection_string) as opened:
        yield opened


@asynccontextmanager
async def running_engine(connection_string: str, bots_file: Path, **settings: object) -> AsyncIterator[asyncio.Event]:
    """An engine in this process; gives the event that makes it leave, and waits until it has left."""
    stop = asyncio.Event()
    chosen = Settings.model_validate({"AZURE_STORAGE_CONNECTION_STRING": connection_string, "grace_s": 0} | settings)
    serving = asyncio.create_task(serve(chosen, read_bots(bots_file), stop))
    try:
        yield stop
    finally:
        stop.set()
        await serving


StartEngine = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest_asyncio.fixture
async def start_engine(connection_string: str, bots_file: Path) -> AsyncIterator[StartEngine]:
    """Starts engines as processes of their own; those that still run at the end are killed."""
    async with AsyncExitStack() as ends:

        async def start(**environment: str) -> asyncio.subprocess.Process:
            given = {
                "AZURE_STORAGE_CONNECTION_STRING": connection_string,
                "ENGINE_BOTS": str(bots_file),
                "OMP_NUM_THREADS": "1",
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "engine", cwd=ROOT, env={**os.environ, **given, **environment}
            )
            ends.push_async_callback(_end, process)
            return process

        yield start


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
