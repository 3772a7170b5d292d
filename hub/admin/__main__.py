"""`python -m hub.admin COMMAND`: accounts, channels, reports, bots, queues, and what was put aside."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from azure.core.exceptions import AzureError

from contracts.settings import SettingsError
from hub.admin.commands import Act, parser
from hub.admin.desk import open_desk
from hub.errors import HubError
from hub.settings import Settings

FAILED = 1
BAD_SETTINGS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it is done, 1 when it could not be, 2 when a setting is bad."""
    wanted = parser(__doc__).parse_args(arguments)
    try:
        asyncio.run(_run(wanted.act, Settings.read(), wanted))
    except SettingsError as error:
        return _refused(str(error), BAD_SETTINGS)
    except (HubError, OSError) as error:
        return _refused(str(error), FAILED)
    except AzureError as error:
        return _refused(f"the storage could not be reached: {error.message.splitlines()[0]}", FAILED)
    return 0


async def _run(act: Act, settings: Settings, wanted: argparse.Namespace) -> None:
    async with open_desk(settings) as desk:
        await act(desk, wanted)


def _refused(sentence: str, status: int) -> int:
    print(f"hub.admin: {sentence}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
