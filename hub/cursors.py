"""Cursors: where a page ended, in a form that nobody is tempted to compute with."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from contracts.wire import LARGEST_ID
from hub.errors import BadRequestError


def cursor(**where: int | str) -> str:
    """A place in a list."""
    return urlsafe_b64encode(json.dumps(where, separators=(",", ":")).encode()).decode().rstrip("=")


def number_at(text: str, name: str) -> int:
    """A number of that place. Raises BadRequestError for what `cursor` did not make."""
    try:
        where = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        number = int(where[name])
        if not 1 <= number <= LARGEST_ID:
            raise ValueError(number)
        return number
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise BadRequestError("This cursor leads nowhere; begin with the first page.") from error
