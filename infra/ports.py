"""Ports on loopback: whether one is free, and where several free ones lie side by side."""

import os
import random
import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"

# Below the ports that systems give to outgoing connections (Linux: from 32768), so that none is taken meanwhile.
_SEARCHED: Final = range(20_000, 32_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        if os.name == "posix":
            # Else closed connections that linger count as taken; on Windows the option would let two share the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> int:
    """The first of `count` neighbouring free ports, picked at random so that parallel runs seldom meet."""
    while True:
        first = random.choice(_SEARCHED)
        if all(is_free(port) for port in range(first, first + count)):
            return first
