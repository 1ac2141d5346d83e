"""Which replica is asked: a caller stays with one while it is well."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from orders_query import health, metrics

# The first of three: the role may only read, and the connection is read-only too.
_WRITES = re.compile(
    r"\s*(insert|update|delete|merge|truncate|create|alter|drop|copy|grant|revoke|do)\b",
    re.IGNORECASE,
)


class ReplicaIsReadOnly(DatabaseError):
    """Somebody tried to write through a replica's alias: a defect."""


def choices(caller: str) -> list[str]:
    """Return the replicas in rotation, the caller's own first."""
    aliases: list[str] = settings.REPLICAS
    if not aliases:
        return []
    mine = crc32(caller.encode()) % len(aliases)
    turned = aliases[mine:] + aliases[:mine]
    return [alias for alias in turned if health.is_in_rotation(alias)]


def soon_enough(caller: str) -> list[str]:
    """Return those of the choices that a reader can wait for: no further behind."""
    wait: float = settings.CONSISTENCY_WAIT_SECONDS
    return [alias for alias in choices(caller) if (health.lag_of(alias) or 0.0) <= wait]


def failed(alias: str) -> None:
    """Note that a reader has lost this replica: its connection is not used again."""
    metrics.replica_failed(alias)
    connections[alias].close()
    health.watch(alias).look_now()


def refuse_writes(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
) -> Any:
    """Refuse a statement that writes before it reaches a replica's connection."""
    if _WRITES.match(str(sql)):
        raise ReplicaIsReadOnly(f"{context['connection'].alias} is read-only.")
    return execute(sql, params, many, context)


def guard(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Put the guard before a replica's connection, once."""
    if connection.alias in settings.REPLICAS:
        wrappers = connection.execute_wrappers
        if refuse_writes not in wrappers:
            wrappers.append(refuse_writes)


def tell_who_is_gone(aliases: Iterable[str]) -> None:
    """Let statements that wait for a frozen replica end when the watch finds it out."""
    for alias in aliases:
        # The deadline of its statements asks for this, wherever it is set.
        connections.settings[alias]["IS_GONE"] = lambda a=alias: not health.works(a)
