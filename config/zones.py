"""The zone that a reader's times are told in: the browser's, from a cookie."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest

COOKIE = "zone"  # set by static/app.js; UTC until it is there
UTC = ZoneInfo("UTC")
MAX_NAME = 64


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the reader's zone, UTC if the browser names none that is known."""
    return known(request.COOKIES.get(COOKIE, "UTC"))


@lru_cache(maxsize=1_000)
def known(name: str) -> ZoneInfo:
    if len(name) > MAX_NAME:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC  # unknown, or no name at all but a path
