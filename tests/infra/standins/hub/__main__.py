"""Stands in for the hub: ready at once, shows a bot awake while the file `engine-awake` is there, says its end."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

if os.environ.get("STANDIN_REFUSES"):
    print("HUB_PORT: wrong")
    sys.exit(2)


class Answers(BaseHTTPRequestHandler):
    """The two addresses that are asked."""

    def do_GET(self) -> None:
        """Any other path is answered like the health check."""
        awake = Path(os.environ["PLAYHOUSE_DATA"], "engine-awake").exists()
        body = b'{"bots": [{"awake": %s}]}' % (b"true" if awake else b"false")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def stop(*_: object) -> None:
    """What a real hub says and does on SIGTERM."""
    print("stopped")
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
print(f"pid {os.getpid()}")
HTTPServer((os.environ["HUB_HOST"], int(os.environ["HUB_PORT"])), Answers).serve_forever()
