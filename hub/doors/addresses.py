"""From where somebody asks, as limits count it."""

from ipaddress import IPv6Address, ip_address, ip_network

from aiohttp import web

# What one household or one server gets; within it everybody takes as many addresses as they like.
IPV6_PREFIX = 64


def address_of(request: web.Request, trusted_proxies: int) -> str:
    """The address of the peer, or the one that the outermost of our own proxies saw."""
    seen = [one.strip() for line in request.headers.getall("X-Forwarded-For", ()) for one in line.split(",")]
    if 0 < trusted_proxies <= len(seen):
        return _counted(seen[-trusted_proxies])
    return _counted(request.remote or "")


def _counted(text: str) -> str:
    """One name for each address, without its port; for IPv6 that of the network."""
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    host = host.partition(":")[0] if host.count(":") == 1 else host
    try:
        found = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), IPV6_PREFIX), strict=False))
    return str(found)
