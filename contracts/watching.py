"""What is watched over process boundaries: a trace goes on in the other process (W3C trace context)."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

PARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def valid_parent(value: Any) -> str | None:
    """A `traceparent` of version 00; whatever else stands there is no trace, and harms no job."""
    return value if isinstance(value, str) and PARENT.fullmatch(value) else None


Traceparent = Annotated[str | None, BeforeValidator(valid_parent, json_schema_input_type=str | None)]
