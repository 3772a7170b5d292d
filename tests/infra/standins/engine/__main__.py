"""Stands in for the engine: announces itself through a file, and says when it stops."""

import os
import signal
import sys
import threading
from pathlib import Path


def stop(*_: object) -> None:
    """What a real engine says and does on SIGTERM."""
    print("stopped")
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
print(f"pid {os.getpid()}")
Path(os.environ["PLAYHOUSE_DATA"], "engine-awake").touch()
threading.Event().wait()
