"""Who is here: nobody who left before the hub had let them in."""

from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from contracts.calls import Connect
from hub.app import create_app
from hub.errors import UnauthorizedError
from hub.keys import ATTENDANCE
from hub.live.sockets import SOCKETS
from hub.people import Person
from hub.settings import Settings
from tests.client import HOME


async def test_who_leaves_while_being_let_in_is_not_here(connection_string: str, tmp_path: Path) -> None:
    secret = SecretStr(connection_string)
    settings = Settings(_env_file=None, azure_storage_connection_string=secret, playhouse_data=tmp_path)
    runner = web.AppRunner(create_app(settings))
    await runner.setup()
    try:
        hasty = Person("hasty", is_guest=True, session_id="", since=0)
        # As if the connection had closed while the right to read was looked up.
        with pytest.raises(UnauthorizedError):
            await runner.app[SOCKETS].join("closed", hasty, Connect(channel=HOME))
        assert runner.app[ATTENDANCE].present(HOME) == ()
        assert runner.app[ATTENDANCE].rooms("closed") == 0
    finally:
        await runner.cleanup()
