"""The heartbeat: which bots this engine serves, and that it lives."""

import os
import re
import secrets
import socket
import time
from collections.abc import Mapping

from contracts.bots import BotCard, BotState
from contracts.events import Heartbeat


def new_engine_id() -> str:
    """The machine's name and something by which two engines on it differ; fit for the key of a table row."""
    return f"{re.sub(r'[^A-Za-z0-9-]', '-', socket.gethostname())[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def heartbeat(
    engine_id: str, cards: tuple[BotCard, ...], states: Mapping[str, BotState], leaving: bool = False
) -> Heartbeat:
    """Of this moment."""
    return Heartbeat(
        engine_id=engine_id, at=time.time_ns() // 1_000_000, bots=cards, states=dict(states), leaving=leaving
    )
