"""Which pages may act for somebody whose cookies the browser adds by itself: this house's own, and no other."""

from urllib.parse import urlsplit

from aiohttp import web

from hub.errors import ForbiddenError

FORGED = "This was asked from another site's page."


def is_own_origin(origin: str, host: str, public_url: str | None) -> bool:
    """Whether a page's origin is the hub's: its public address, or without one the host that was called.

    Behind a proxy that ends TLS the hub sees http where the browser says https, so only the hosts are compared.
    """
    if public_url is not None:
        return origin == public_url
    return origin.startswith(("http://", "https://")) and urlsplit(origin).netloc == host


def as_origin(address: str) -> str:
    """`https://host` or `https://host:port` as browsers write it. Raises ValueError."""
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("an address like https://playhouse.example is needed, with nothing behind the host")
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def require_own_page(request: web.Request, public_url: str | None) -> None:
    """Raises ForbiddenError unless the browser says that a page of this house asks."""
    origin = request.headers.get("Origin")
    if origin is None:
        is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    else:
        is_own = is_own_origin(origin, request.host, public_url)
    if not is_own:
        raise ForbiddenError(FORGED)
