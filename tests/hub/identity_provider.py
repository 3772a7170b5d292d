"""A real provider beside the hub, and a person who signs in there."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import aiohttp
from yarl import URL

from infra.azurite import node

SERVE: Final = Path(__file__).parents[1] / "provider" / "serve.js"
CLIENT_ID: Final = "playhouse"
CLIENT_SECRET: Final = "a secret between the house and the provider"


@asynccontextmanager
async def identity_provider(*redirect_uris: str) -> AsyncIterator[str]:
    """A provider that knows one client; gives its issuer."""
    process = await asyncio.create_subprocess_exec(
        *(str(node()), str(SERVE), CLIENT_ID, CLIENT_SECRET, *redirect_uris),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def confirmed(session: aiohttp.ClientSession, address: str, name: str) -> str:
    """Log in at a provider as whoever one likes, and agree; gives where it sends the browser in the end."""
    issuer = URL(address).origin()
    while URL(address).origin() == issuer:
        async with session.get(URL(address, encoded=True), allow_redirects=False) as answer:
            here, body = address, await answer.text()
        if answer.status == 200:
            prompt = re.findall(r'name="prompt" value="(\w+)"', body)[0]
            form = {"prompt": prompt, "login": name, "password": "whatever"}
            async with session.post(here, data=form, allow_redirects=False) as answer:
                assert answer.status == 303, await answer.text()
        address = str(URL(here).join(URL(answer.headers["Location"], encoded=True)))
    return address
