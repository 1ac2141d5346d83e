"""The address that a request comes from, which proxies in front may have to tell."""

from contextlib import suppress
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

ONES_OWN_BITS = 64  # of IPv6: so much of an address its holder makes up at will


def address_of(request: HttpRequest) -> str:
    """
    Return the caller's address, as the outermost of our proxies (PROXIES) saw it.

    Each proxy appends to X-Forwarded-For, so only that many from the right end are
    theirs; what stands before them the caller has made up. With a header that is too
    short, or has something else in this place, it is the address of the connection.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES < 1:
        return connected
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if len(told) < settings.PROXIES:
        return connected
    return _address(told[-settings.PROXIES].strip()) or connected


def network_of(address: str) -> str:
    """Return what one caller holds: an address of IPv4, a network of IPv6."""
    with suppress(ValueError):
        found = ip_address(address)
        if isinstance(found, IPv6Address):
            if found.ipv4_mapped:
                return str(found.ipv4_mapped)
            return str(ip_network((int(found), ONES_OWN_BITS), strict=False))
    return address


def _address(text: str) -> str:
    """Return the address in a text, which may have a port; empty if there is none."""
    bare = text
    if text.startswith("["):
        bare = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        bare = text.partition(":")[0]
    with suppress(ValueError):
        return str(ip_address(bare))
    return ""
