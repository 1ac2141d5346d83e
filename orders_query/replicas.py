"""Which replica is asked: a caller stays with one, and a failing one gets a rest."""

import time
from zlib import crc32

from django.conf import settings
from django.db import connections

REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 8.0  # a frozen one costs its next reader some seconds again

_resting_until: dict[str, float] = {}
_failures: dict[str, int] = {}


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
    """Take an alias that has just failed out of the choice, longer each time."""
    failures = _failures[alias] = _failures.get(alias, 0) + 1
    seconds = min(REST_SECONDS * 2 ** (failures - 1), LONGEST_REST_SECONDS)
    _resting_until[alias] = time.monotonic() + seconds
    connections[alias].close()


def works(alias: str) -> None:
    """Note that an alias has answered."""
    _failures.pop(alias, None)
