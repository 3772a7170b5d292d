"""The keys of the services that `remote` bots ask, from the environment or the `.env` that holds the settings too."""

import os
from functools import cache

from dotenv import dotenv_values
from pydantic import SecretStr


@cache
def service_key(name: str) -> SecretStr | None:
    """The key in the variable of this name, read once; None where it is not set."""
    value = (os.environ.get(name) or dotenv_values(".env").get(name) or "").strip()
    return SecretStr(value) if value else None
