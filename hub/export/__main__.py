"""`python -m hub.export CHANNEL --into FOLDER`: what people agreed to share, for those who train bots."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from azure.core.exceptions import AzureError

from contracts.calls import ChannelCard
from contracts.settings import SettingsError
from contracts.storage import open_storage
from hub.errors import HubError
from hub.export.channel import export_channel
from hub.export.people import People, agreements
from hub.log.tables import open_tables
from hub.rooms.channels import Channels, watch_nothing
from hub.settings import Settings

FAILED = 1
BAD_SETTINGS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is written, 1 when it could not be, 2 when a setting is bad."""
    wanted = _parser().parse_args(arguments)
    try:
        asyncio.run(_export(Settings.read(), wanted.channel, wanted.into))
    except SettingsError as error:
        return _refused(str(error), BAD_SETTINGS)
    except (HubError, OSError) as error:
        return _refused(str(error), FAILED)
    except AzureError as error:
        return _refused(f"the storage could not be read: {error.message.splitlines()[0]}", FAILED)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub.export", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("channel", nargs="?", help="the name of a channel")
    which.add_argument("--all", action="store_true", help="all public channels, one after the other")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="where the files go")
    return parser


async def _export(settings: Settings, wanted: str | None, folder: Path) -> None:
    """One channel, or all. Only reads, so it may run beside hubs."""
    secret = settings.azure_storage_connection_string
    async with (
        open_storage(secret.get_secret_value() if secret else None, settings.azure_storage_account) as storage,
        open_tables(storage) as tables,
    ):
        channels = Channels(tables.channels, watch_nothing)
        await channels.refresh()
        people = People(await agreements(tables.accounts))
        for card in _public(channels) if wanted is None else (channels.get(wanted).card,):
            print((await export_channel(card.name, tables.messages, people, folder)).told())


def _public(channels: Channels) -> tuple[ChannelCard, ...]:
    """What is not everybody's is exported only when it is named."""
    return tuple(card for card in channels.all() if card.visibility == "public")


def _refused(sentence: str, status: int) -> int:
    print(f"hub.export: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
