"""All addresses of the HTTP API; what is documented is made from them alone."""

from typing import Final

from hub.api.route import Route
from hub.api.tables import accounts, channels, documents, messages, order, pictures, streams

ROUTES: Final[tuple[Route, ...]] = (
    *accounts.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *order.ROUTES,
    *pictures.ROUTES,
    *streams.ROUTES,
    *documents.ROUTES,
)
