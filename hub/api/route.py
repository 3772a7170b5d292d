"""One address of the HTTP API: what is done there, and what the documents say of it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_type_hints

from aiohttp import web

from contracts.wire import Wire
from hub.calls import CALLS

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[web.Request], Awaitable[Wire | web.StreamResponse]]

PARAMETER: Final = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Route:
    """Either a call, by its name in CALLS, or a handler.

    `form` and `gives` are what is sent and what is answered; those of a call, and what a handler gives that says so in
    its annotation, are known. `is_open`: it needs no token. `refuses`: statuses beside those that the shape of
    the route implies. `events`: what a stream of server-sent events sends, by name. `accepts`: the types of a body that
    is no JSON.
    """

    method: Method
    path: str
    summary: str
    tag: str
    call: str | None = None
    handler: Handler | None = None
    form: type[Wire] | None = None
    gives: type[Wire] | None = None
    status: int = 200
    is_open: bool = False
    refuses: tuple[int, ...] = ()
    location: Callable[[Any], str] | None = None
    example: Mapping[str, Any] | None = None
    accepts: tuple[str, ...] = ()
    events: Mapping[str, type[Wire]] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(PARAMETER.findall(self.path))

    @property
    def name(self) -> str:
        """Unique: what generated clients call it."""
        if self.call is not None:
            return self.call[0].lower() + self.call[1:]
        words = (self.handler.__name__ if self.handler is not None else "").split("_")
        return words[0] + "".join(word.capitalize() for word in words[1:])

    @property
    def asks(self) -> type[Wire] | None:
        """The form of what is sent: path, query and body together."""
        return CALLS[self.call].form if self.call is not None else self.form

    @property
    def answers(self) -> type[Wire] | None:
        """What is answered, as the annotation of what makes it says; None where that is no JSON."""
        if self.gives is not None:
            return self.gives
        maker = CALLS[self.call].act if self.call is not None else self.handler
        told = get_type_hints(maker).get("return")
        return told if isinstance(told, type) and issubclass(told, Wire) else None

    @property
    def has_body(self) -> bool:
        """Whether fields are sent as JSON; handlers take their form from nowhere else."""
        in_body = self.method in ("POST", "PUT", "PATCH") or (self.method == "DELETE" and self.handler is not None)
        return in_body and bool(self.fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """The form's names that are no part of the path, as they are on the wire."""
        asked = self.asks
        if asked is None:
            return ()
        names = (str(known.alias or name) for name, known in asked.model_fields.items())
        return tuple(name for name in names if name not in self.parameters)
