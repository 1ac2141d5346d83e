"""How far the read side has come: each projection, each replica."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connections
from django.utils import timezone

from orders_command import feed
from orders_query import health
from orders_query.databases import PRIMARY
from orders_query.queries import statements
from orders_query.queries.reading import LOST, ORDERS


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where a projection's live tables stand, as of when, and what is parked."""

    position: int
    fresh_at: datetime | None
    halted: str  # why it stands still; empty if it does not
    parked: int  # orders


WEBHOOKS = "webhooks"  # the projection that no reader waits for
Stands = dict[str, Stand]  # by name
Asked = dict[str, Any] | None  # a statement's parameters


def sync() -> dict[str, Any]:
    """
    Return head, projections and replicas, as the contract words them.

    `head` is None with the command database away; lags are seconds: of a projection
    the age of the oldest event that it lacks, of a replica how far it is behind the
    read primary. A replica out of rotation is not healthy.
    """
    stands = _stands()
    head = _head()
    health.now(PRIMARY)  # what replicas are compared with
    return {
        "head": head,
        "projections": [
            _projection(name, stand, head) for name, stand in stands.items()
        ],
        "replicas": [_replica(alias) for alias in settings.REPLICAS],
    }


def ages() -> dict[str, float | None]:
    """
    Return how old, in seconds, the data of each projection are at most.

    An idle system is as old as its last pulse, a second at most; whatever is older
    tells of a projector that does not run.
    """
    now = timezone.now()
    return {
        name: None
        if stand.fresh_at is None
        else max(0.0, (now - stand.fresh_at).total_seconds())
        for name, stand in _stands().items()
    }


def halts() -> dict[str, str]:
    """Return why projections stand still until somebody acts, by name."""
    return {name: stand.halted for name, stand in _stands().items()}


def being_filled() -> set[str]:
    """
    Return the projections that are new: they have never been at the log's head.

    Nobody can wait for them yet, so they are no reason to refuse anybody. Where the
    orders themselves are filled for the first time, everybody has to wait.
    """
    return _new(_stands())


def highest_position() -> int:
    """Return the highest position that any set of read tables has come to."""
    return int(rows(statements.HIGHEST)[0][0])


def other_sets() -> list[dict[str, Any]]:
    """Return the sets of tables that do not serve: previous ones, and shadows."""
    return [
        {"name": name, "position": position, "parkedEvents": parked}
        for name, position, parked in rows(statements.SETS)
    ]


def last_verification() -> dict[str, Any] | None:
    """Return what came of the last sample that was compared with the log, if any."""
    names = ("at", "orders", "differences", "findings", "seconds", "timestamp")
    for row in rows(statements.VERIFIED):
        found = dict(zip(names, row, strict=True))
        return {**found, "findings": orjson.loads(found["findings"])}
    return None


def sender_seen_at() -> float | None:
    """Return when a sender of webhooks was last at work, in s since 1970, if ever."""
    ((seen_at,),) = rows(statements.SENDER)
    return None if seen_at is None else float(seen_at)


def lag_seconds() -> float:
    """
    Return how many seconds the projection that is furthest behind is behind; one that
    is filled for the first time is left out, and webhooks are.
    """
    stands = _stands()
    others = _new(stands) | {WEBHOOKS}
    positions = [s.position for name, s in stands.items() if name not in others]
    return feed.age_of_next(after=min(positions, default=0))


def rows(question: str, asked: Asked = None) -> list[tuple[Any, ...]]:
    """Ask the read primary; without it, a replica."""
    try:
        return _rows_from(PRIMARY, question, asked)
    except LOST:
        for alias in filter(health.works, settings.REPLICAS):
            return _rows_from(alias, question, asked)
        raise


def _new(stands: Stands) -> set[str]:
    orders = stands.get(ORDERS)
    if orders is None or orders.fresh_at is None:
        return set()
    return {name for name, stand in stands.items() if stand.fresh_at is None}


def _projection(name: str, stand: Stand, head: int | None) -> dict[str, Any]:
    events, seconds = _backlog(stand.position) if head is not None else (None, None)
    return {
        "name": name,
        "position": stand.position,
        "head": head,
        "eventsBehind": events,
        "lagSeconds": seconds,
        "parked": stand.parked,
    }


def _replica(alias: str) -> dict[str, Any]:
    found = health.now(alias)
    lag = health.lag_of(alias) if found is not None else None
    healthy = found is not None and health.is_in_rotation(alias)
    return {
        "name": alias,
        "healthy": healthy,
        "lagSeconds": None if lag is None else round(lag, 3),
    }


def _head() -> int | None:
    try:
        return feed.head()
    except LOST:
        return None


def _backlog(position: int) -> tuple[int | None, float | None]:
    try:
        return feed.backlog(after=position)
    except LOST:
        return None, None


def _stands() -> Stands:
    return {
        name: Stand(position=position, fresh_at=fresh_at, halted=halted, parked=parked)
        for name, position, fresh_at, halted, parked in rows(statements.SYNC)
    }


def _rows_from(alias: str, question: str, asked: Asked) -> list[tuple[Any, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(question, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
