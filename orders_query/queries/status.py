"""How far the read side has come: each projection, each replica."""

from typing import Any

from django.conf import settings
from django.db import connections
from django.db.utils import InterfaceError, OperationalError

from orders_command import feed
from orders_query.queries import statements
from orders_query.router import PRIMARY


def sync() -> dict[str, Any]:
    """
    Return head, projections and replicas, as the contract words them.

    `head` is None with the command database away; lags are seconds.
    """
    stands = _checkpoints(PRIMARY)
    backlog = {name: _backlog(position) for name, (position, _) in stands.items()}
    head = _head()
    return {
        "head": head,
        "projections": [
            {
                "name": name,
                "position": position,
                "head": head,
                "eventsBehind": backlog[name][0],
                "lagSeconds": backlog[name][1],
                "parked": 0,
            }
            for name, (position, _) in stands.items()
        ],
        "replicas": [_replica(alias, stands) for alias in settings.REPLICAS],
    }


def _head() -> int | None:
    try:
        return feed.head()
    except (OperationalError, InterfaceError):
        return None


def _backlog(position: int) -> tuple[int | None, float | None]:
    try:
        return feed.backlog(after=position)
    except (OperationalError, InterfaceError):
        return None, None


def _checkpoints(alias: str) -> dict[str, tuple[int, float]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statements.SYNC)
        return {
            name: (position, age.total_seconds() if age else 0.0)
            for name, position, age in cursor.fetchall()
        }


def _replica(alias: str, primary: dict[str, tuple[int, float]]) -> dict[str, Any]:
    """Behind means: it has not yet the checkpoints that the read primary has."""
    try:
        mine = _checkpoints(alias)
    except (OperationalError, InterfaceError):
        connections[alias].close()
        return {"name": alias, "healthy": False, "lagSeconds": None}
    behind = [
        age for name, (position, age) in mine.items() if position < primary[name][0]
    ]
    return {
        "name": alias,
        "healthy": True,
        "lagSeconds": round(max(behind, default=0.0), 3),
    }
