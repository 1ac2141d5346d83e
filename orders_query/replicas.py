"""Which replica is asked: a caller stays with one while it is well."""

from zlib import crc32

from django.conf import settings
from django.db import connections

from orders_query import health, metrics


def choices(caller: str) -> list[str]:
    """Return the replicas in rotation, the caller's own first."""
    aliases: list[str] = settings.REPLICAS
    if not aliases:
        return []
    mine = crc32(caller.encode()) % len(aliases)
    turned = aliases[mine:] + aliases[:mine]
    return [alias for alias in turned if health.is_in_rotation(alias)]


def failed(alias: str) -> None:
    """Note that a reader has lost this replica: its connection is not used again."""
    metrics.replica_failed(alias)
    connections[alias].close()
    health.watch(alias).look_now()


def tell_who_is_gone() -> None:
    """Let statements that wait for a frozen replica end when the watch finds it out."""
    for alias in settings.REPLICAS:
        # The deadline of its statements asks for this, wherever it is set.
        connections.settings[alias]["IS_GONE"] = lambda a=alias: not health.works(a)
