"""`python -m hub.search rebuild`: builds the search index from the tables, for a hub that is not running."""

import argparse
import asyncio
import sqlite3
import sys
from pathlib import Path

from contracts.settings import SettingsError
from contracts.storage import open_storage
from hub.log.archive import Archive
from hub.log.tables import open_tables
from hub.rooms.channels import Channels, watch_nothing
from hub.search.following import Follower
from hub.search.shelf import Shelf, opened, path_of
from hub.settings import Settings

FAILED = 1
BAD_SETTINGS = 2


def main() -> int:
    """0 when the index stands; 1 when a hub uses it; 2 when a setting is bad."""
    parser = argparse.ArgumentParser(prog="python -m hub.search", description="The hub's search index.")
    parser.add_argument("command", choices=["rebuild"], help="build the index anew from the tables")
    parser.parse_args()
    try:
        settings = Settings.read()
    except SettingsError as error:
        print(f"hub.search: {error}", file=sys.stderr)
        return BAD_SETTINGS
    try:
        emptied(settings.playhouse_data)
    except sqlite3.OperationalError as error:
        print(
            f"hub.search: stop the hub first, it uses {path_of(settings.playhouse_data, 0)} ({error})", file=sys.stderr
        )
        return FAILED
    print(f"hub.search: {asyncio.run(filled(settings))} messages can be found")
    return 0


def emptied(folder: Path) -> None:
    """Remove the index that the first hub of a folder uses. Raises sqlite3.Error when one uses it now."""
    folder.mkdir(parents=True, exist_ok=True)
    opened(path_of(folder, 0)).remove()


async def filled(settings: Settings) -> int:
    """Read every channel; how many messages the index holds then."""
    secret = settings.azure_storage_connection_string
    connection_string = secret.get_secret_value() if secret else None
    shelf = Shelf(settings.playhouse_data)
    async with (
        open_storage(connection_string, settings.azure_storage_account) as storage,
        open_tables(storage) as tables,
    ):
        channels = Channels(tables.channels, watch_nothing)
        await channels.refresh()
        follower = Follower(Archive(tables.messages, lambda _channel, _messages: None), channels, shelf)
        try:
            return await follower.read_all()
        finally:
            shelf.end()


if __name__ == "__main__":
    sys.exit(main())
