"""`python -m hub`: settings, application, serve."""

import gc
import logging
import sys

from aiohttp import web

from contracts.settings import SettingsError
from hub.app import create_app
from hub.settings import Settings

BAD_SETTINGS = 2


def main() -> int:
    """Serve until a signal comes. 2 when a setting is bad."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Storage's own log has a line for each request.
    logging.getLogger("azure").setLevel(logging.WARNING)
    try:
        settings = Settings.read()
    except SettingsError as error:
        print(f"hub: {error}", file=sys.stderr)
        return BAD_SETTINGS
    for line in settings.told():
        print(f"hub: {line}")
    app = create_app(settings)
    app.on_startup.append(_quiet_gc)
    web.run_app(app, host=settings.hub_host, port=settings.hub_port, access_log=None, print=None)
    return 0


async def _quiet_gc(_app: web.Application) -> None:
    """What lives now lives for ever; a full collection over thousands of sockets stalls every broadcast."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


if __name__ == "__main__":
    sys.exit(main())
