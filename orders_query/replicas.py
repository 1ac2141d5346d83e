"""Which replica is asked: a caller stays with one, and a failing one gets a rest."""

import time
from zlib import crc32

from django.conf import settings
from django.db import connections

REST_SECONDS = 1.0

_resting_until: dict[str, float] = {}


def choices(caller: str) -> list[str]:
    """Return the replicas in working order, the caller's own first."""
    aliases: list[str] = settings.REPLICAS
    if not aliases:
        return []
    mine = crc32(caller.encode()) % len(aliases)
    now = time.monotonic()
    turned = aliases[mine:] + aliases[:mine]
    return [alias for alias in turned if _resting_until.get(alias, 0.0) <= now]


def rest(alias: str) -> None:
    """Take an alias that has just failed out of the choice for a moment."""
    _resting_until[alias] = time.monotonic() + REST_SECONDS
    connections[alias].close()
