"""Addresses: what explains the others."""

from typing import Final

from hub.api import lists
from hub.api.route import Route

ROUTES: Final = (
    Route(
        "GET",
        "/api/problems/{code}",
        "What the code of a problem means",
        "documents",
        handler=lists.get_problem,
        is_open=True,
    ),
)
