"""`python -m hub`: settings, application, serve."""

import gc
import sys

from aiohttp import web

from contracts.logs import open_log
from contracts.settings import SettingsError
from contracts.storage import is_unavailable
from contracts.tracing import start_traces
from hub.app import create_app
from hub.settings import Settings

UNAVAILABLE = 1
BAD_SETTINGS = 2


def main() -> int:
    """Serve until a signal comes. 1 when the storage is away at the start, 2 when a setting is bad."""
    try:
        settings = Settings.read()
    except SettingsError as error:
        print(f"hub: {error}", file=sys.stderr)
        return BAD_SETTINGS
    for line in settings.told():
        print(f"hub: {line}")
    open_log("playhouse-hub", settings.log_format, settings.log_level, ("hub", "contracts"))
    stop_traces = start_traces("playhouse-hub", settings.otel_exporter_otlp_endpoint)
    app = create_app(settings)
    app.on_startup.append(_quiet_gc)
    try:
        web.run_app(app, host=settings.hub_host, port=settings.hub_port, access_log=None, print=None)
    except Exception as error:
        if not is_unavailable(error):
            raise
        print("hub: the storage, or the address to listen at, cannot be reached; is Azurite running?", file=sys.stderr)
        return UNAVAILABLE
    finally:
        stop_traces()
    return 0


async def _quiet_gc(_app: web.Application) -> None:
    """What lives now lives for ever; a full collection over thousands of sockets stalls every broadcast."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


if __name__ == "__main__":
    sys.exit(main())
