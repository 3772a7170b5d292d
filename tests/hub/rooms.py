"""People and channels for tests: who asks for what, and whether it was done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from azure.data.tables.aio import TableServiceClient
from pydantic import SecretStr

from hub.app import create_app
from hub.calls import perform
from hub.house import House
from hub.keys import HOUSE
from hub.people import Person
from hub.settings import Settings
from tests.client import HOME, PATIENCE_S, Client, account_for
from tests.hub.conftest import Join

ROOM = "HensOnly"
ADMIN = Person("root", is_guest=False, session_id="", since=0, is_admin=True)


async def told(person: Client, call: str, channel: str = ROOM, /, **more: Any) -> Any:
    """True, or the code of the refusal."""
    answer = await person.call(call, channel=channel, **more)
    return True if answer["ok"] else answer["error"]["code"]


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again; for what nobody is told of."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.02)


async def account(hub: str, join: Join, name: str) -> Client:
    """Somebody with an account, in the home channel."""
    return await join(hub, name, token=await account_for(hub, name))


async def create(owner: Client, visibility: str = "invite", name: str = ROOM, **more: Any) -> None:
    answer = await owner.call("CreateChannel", name=name, visibility=visibility, **more)
    assert answer["ok"], answer
    await owner.join(name)


async def invitation(owner: Client, channel: str = ROOM, **more: Any) -> str:
    """The token of a new one."""
    answer = await owner.call("Invite", channel=channel, **more)
    assert answer["ok"], answer
    return str(answer["token"])


async def bring(owner: Client, *guests: Client, channel: str = ROOM) -> None:
    """Make people members, and let them in."""
    token = await invitation(owner, channel, uses=len(guests))
    for guest in guests:
        assert await told(guest, "JoinChannel", channel, token=token) is True
        await guest.join(channel)


async def said(person: Client, text: str, channel: str = ROOM, **more: Any) -> int:
    posted = await person.post(text, channel=channel, **more)
    assert posted["ok"], posted
    return int(posted["message"]["commentId"])


async def card(person: Client, channel: str = ROOM) -> dict[str, Any]:
    """A channel as a list shows it to somebody."""
    return next(one for one in await listed(person) if one["channel"]["name"] == channel)


async def listed(person: Client) -> list[dict[str, Any]]:
    answer = await person.call("ListChannels")
    assert answer["ok"], answer
    return list(answer["channels"])


async def names_listed(person: Client) -> set[str]:
    return {one["channel"]["name"] for one in await listed(person)}


async def everything_heard(outsider: Client, insider: Client) -> None:
    """What the hub said before is heard: what it says, it says in order."""
    marker = await said(insider, "a marker for everybody", HOME)
    await outsider.until(lambda person: marker in person.messages)


async def rows_with(text: str, connection_string: str) -> list[str]:
    """Where any table holds a text."""
    found = []
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        async for item in tables.list_tables():
            table = tables.get_table_client(item.name)
            found += [
                f"{row['PartitionKey']}/{row['RowKey']}"
                async for row in table.list_entities()
                if text.lower() in str(row).lower()
            ]
    return found


@asynccontextmanager
async def open_house(connection_string: str, folder: Path) -> AsyncIterator[tuple[str, House]]:
    """A hub's address and its domain, to ask as somebody who cannot log in here."""
    settings = Settings(
        _env_file=None, azure_storage_connection_string=SecretStr(connection_string), playhouse_data=folder
    )
    runner = web.AppRunner(create_app(settings), shutdown_timeout=PATIENCE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.hub_host, 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}", runner.app[HOUSE]
    finally:
        await runner.cleanup()


async def as_admin(house: House, call: str, channel: str = ROOM, /, **more: Any) -> Any:
    return await perform(house, ADMIN, call, {"channel": channel, **more})
