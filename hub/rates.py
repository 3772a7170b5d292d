"""How often is too often, as settings write it: `30/minute`, several with a semicolon between, or `off`."""

from typing import Annotated, Final

from limits import RateLimitItem, parse_many
from pydantic import AfterValidator

OFF: Final = "off"


def rates(text: str) -> tuple[RateLimitItem, ...]:
    """What a setting says. Raises ValueError."""
    if text == OFF:
        return ()
    found = tuple(parse_many(text))
    if any(one.amount < 1 for one in found):
        raise ValueError("at least one must be allowed")
    return found


def _checked(text: str) -> str:
    try:
        rates(text)
    except ValueError as error:
        raise ValueError(f"write it like 30/minute, 30/minute;500/day or {OFF}") from error
    return text


Rate = Annotated[str, AfterValidator(_checked)]
