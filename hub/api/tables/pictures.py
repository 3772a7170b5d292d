"""Addresses: pictures that people send."""

from typing import Final

from hub.api import uploads
from hub.api.route import Route

ROUTES: Final = (
    Route(
        "POST",
        "/api/uploads",
        "Send a picture, to post it later",
        "pictures",
        handler=uploads.send_picture,
        status=201,
        accepts=("image/png", "image/jpeg", "image/webp", "image/gif"),
    ),
)
