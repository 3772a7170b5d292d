"""`python -m engine --check`: tells what the engine would serve and whether it can, and loads nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import aiohttp
from azure.core.exceptions import ResourceNotFoundError
from huggingface_hub import constants, get_token

from contracts.names import OUTPUT_QUEUE, input_queue
from contracts.storage import Storage, open_storage
from engine.bots import Bot
from engine.device import Device
from engine.failures import ModelUnavailableError
from engine.keys import service_key
from engine.memory import budget_bytes, estimated_bytes, size_in_words
from engine.patience import STORAGE_ERRORS
from engine.settings import Settings
from engine.weights import Layout, missing_from, place_of

# A person waits for the answer.
STORAGE_WITHIN_S: Final = 15
HUB_WITHIN_S: Final = 5
PACKAGES: Final[dict[Layout, str]] = {
    "gpt2": "transformers",
    "chat": "transformers",
    "vision": "transformers",
    "diffusion": "diffusers",
    "adapter": "peft",
    "classifier": "transformers",
}


@dataclass(frozen=True)
class Part:
    """One model of those that a bot needs."""

    source: str
    layout: Layout


@dataclass(frozen=True)
class Finding:
    """`size_bytes` is None where it is not known yet; a part with a flaw cannot be used."""

    said: str
    size_bytes: int | None = None
    has_flaw: bool = False


async def check(settings: Settings, bots: Sequence[Bot], device: Device) -> bool:
    """Whether this engine could serve all its bots now. Prints what it finds."""
    budget = budget_bytes(settings.memory_mib, device)
    print(f"\nModels run on {device.place.type} and may fill {size_in_words(budget)} of its memory.")
    served = [bot for bot in bots if settings.pools is None or bot.pool in settings.pools]
    found = {part: _examined(part, device) for bot in served for part in _parts(bot)}
    unserved = []
    for bot in bots:
        if bot not in served:
            print(f"{bot.name} ({bot.kind}) is left to other engines: ENGINE_POOLS names no pool {bot.pool}.")
            continue
        finding = _of_bot(bot, [found[part] for part in _parts(bot)], budget)
        print(f"{bot.name} ({bot.kind}): {'CANNOT BE SERVED: ' if finding.has_flaw else ''}{finding.said}.")
        unserved += [bot.name] if finding.has_flaw else []
    print(_together(found.values(), budget))
    has_storage = await _has_storage(settings, served)
    await _look_for_hub(settings)
    if unserved:
        print(f"\nThis engine cannot serve {', '.join(unserved)}.")
    elif has_storage:
        print("\nThis engine can serve all its bots.")
    return has_storage and not unserved


def _parts(bot: Bot) -> list[Part]:
    parts = [] if bot.kind in ("echo", "remote") else [Part(bot.model, bot.kind)]
    if bot.adapter:
        parts.append(Part(bot.adapter, "adapter"))
    if bot.safety:
        parts.append(Part(bot.safety, "classifier"))
    return parts


def _examined(part: Part, device: Device) -> Finding:
    package = PACKAGES[part.layout]
    if find_spec(package) is None:
        return Finding(f"the package {package} is not installed", has_flaw=True)
    try:
        place = place_of(part.source)
    except ValueError:
        return Finding(f"{part.source} is neither a folder nor the id of a model on a hub", has_flaw=True)
    except ModelUnavailableError as error:
        return Finding(str(error), has_flaw=True)
    if place is None:
        return _not_here(part.source)
    missing = missing_from(place, part.layout)
    if missing and not Path(part.source).exists():
        return _not_here(part.source)
    if missing:
        return Finding(f"{part.source} lacks {', '.join(missing)}", has_flaw=True)
    if place.suffix == ".gguf" and find_spec("gguf") is None:
        return Finding(f"{part.source} needs the package gguf, which is not installed", has_flaw=True)
    size_bytes = estimated_bytes(part.source, part.layout, device.dtype)
    if size_bytes is None:
        return Finding(f"the weights in {part.source} are broken or cut short", has_flaw=True)
    return Finding(f"{part.source} is complete, about {size_in_words(size_bytes)} in memory", size_bytes)


def _not_here(source: str) -> Finding:
    if constants.is_offline_mode():
        return Finding(f"{source} is not in the cache of models, and HF_HUB_OFFLINE forbids to fetch it", has_flaw=True)
    return Finding(f"{source} is not here yet: it is downloaded when it is first needed; its size is not known")


def _of_bot(bot: Bot, parts: Sequence[Finding], budget: int) -> Finding:
    said = [part.said for part in parts]
    alone = sum(part.size_bytes or 0 for part in parts)
    flaws = []
    if alone > budget:
        flaws.append("more than models may fill")
    if bot.kind == "remote":
        said.append(f"{bot.model} is asked at {bot.address or 'Hugging Face'}")
        if not _has_key(bot):
            flaws.append(f"{bot.key or 'HF_TOKEN'}, which should hold its key, is not set")
    has_flaw = bool(flaws) or any(part.has_flaw for part in parts)
    return Finding("; ".join([*said, *flaws]) or "needs no model", alone, has_flaw)


def _has_key(bot: Bot) -> bool:
    """A service at an address of its own may ask for none, so there only a key that the file names is missed."""
    if bot.address is not None:
        return bot.key is None or service_key(bot.key) is not None
    return service_key(bot.key or "HF_TOKEN") is not None or get_token() is not None


def _together(findings: Iterable[Finding], budget: int) -> str:
    sizes = [finding.size_bytes for finding in findings if not finding.has_flaw]
    known = sum(size for size in sizes if size is not None)
    at_least = "at least " if None in sizes else ""
    said = f"All models together take {at_least}{size_in_words(known)}: "
    if known > budget:
        return said + "they do not fit. The least used will be dropped when others are asked."
    return said + ("whether they fit will show." if at_least else "they fit.")


async def _has_storage(settings: Settings, served: Iterable[Bot]) -> bool:
    secret = settings.storage_connection_string
    connection = None if secret is None else secret.get_secret_value()
    pools = settings.pools or tuple(dict.fromkeys(bot.pool for bot in served))
    try:
        async with asyncio.timeout(STORAGE_WITHIN_S), open_storage(connection, settings.storage_account) as storage:
            queues = [await _queue(storage, name) for name in (*map(input_queue, pools), OUTPUT_QUEUE)]
    except STORAGE_ERRORS as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        print(f"STORAGE IS AWAY: {why}.")
        return False
    print(f"Storage answers: {', '.join(queues)}.")
    return True


async def _queue(storage: Storage, name: str) -> str:
    try:
        properties = await storage.queues.get_queue_client(name).get_queue_properties()
    except ResourceNotFoundError:
        return f"the queue {name} will be made"
    return f"{properties.approximate_message_count or 0} waiting on {name}"


async def _look_for_hub(settings: Settings) -> None:
    if settings.hub_url is None:
        print("There is no doorbell: ENGINE_HUB_URL is not set, and the queues alone do.")
        return
    timeout = aiohttp.ClientTimeout(HUB_WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as http,
            http.get(f"{settings.hub_url.rstrip('/')}/health/live"),
        ):
            print(f"The hub at {settings.hub_url} answers: there will be a doorbell.")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        why = str(error) or type(error).__name__
        print(f"The hub at {settings.hub_url} does not answer ({why}): until it does, the queues alone do.")
