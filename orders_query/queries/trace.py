"""Where is my order? The way of its events, from the command to each replica."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from orders_command import feed
from orders_command.events import OrderCreated, Recorded
from orders_command.wording import json_of
from orders_query import health
from orders_query.databases import PRIMARY
from orders_query.queries.answers import Answer, NotYetConsistent, OrderNotFound
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.folding import SOURCE

# An import tells when a thing happened, not when it was received.
RECEIVED_WITHIN = timedelta(minutes=1)
# A first sighting so soon after the event was applied is of that event.
SEEN_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """When the doorbell rang for an event, and when the read tables had it."""

    rung_at: datetime | None
    applied_at: datetime


def trace(order_id: UUID, *, reader: Reader = ANYBODY) -> Answer:
    """
    Return for each event of an order when it was received, committed, rung for,
    applied, and first seen on each replica, with what lies between in milliseconds.

    What has not happened yet, or is not known any more, is null. A replica is looked
    at some milliseconds apart: `visibleAt` is when it showed the event at the latest.

    :raises OrderNotFound: if there is no such order
    :raises NotYetConsistent: if the reader has seen more than the log has
    """
    if reader.at_least and reader.at_least > feed.head():
        raise NotYetConsistent(reader)
    events = feed.events_of(order_id)
    if not events or not isinstance(events[0].event, OrderCreated):
        raise OrderNotFound(position=reader.at_least, source=SOURCE)
    applied = _applied(order_id)
    seen = _first_seen([recorded.position for recorded in events])
    steps = [_way(r, applied.get(r.version), seen) for r in events]
    body = json_of({"orderId": order_id, "events": steps})
    return Answer(body=body, position=events[-1].position, source=SOURCE, age_ms=0)


def _way(
    recorded: Recorded,
    applied: Applied | None,
    seen: dict[tuple[str, int], tuple[datetime, bool]],
) -> dict[str, Any]:
    committed, received = recorded.recorded_at, _received_at(recorded)
    rung_at = applied.rung_at if applied else None
    applied_at = applied.applied_at if applied else None
    return {
        "version": recorded.version,
        "type": recorded.type,
        "position": recorded.position,
        "actor": recorded.actor,
        "requestId": recorded.request_id,
        "receivedAt": received,
        "committedAt": committed,
        "rungAt": rung_at,
        "appliedAt": applied_at,
        "milliseconds": {
            "commit": _between(received, committed),
            "ring": _between(committed, rung_at),
            "apply": _between(committed, applied_at),
        },
        "replicas": [
            _visibility(
                alias, recorded, applied_at, seen.get((alias, recorded.position))
            )
            for alias in settings.REPLICAS
        ],
    }


def _received_at(recorded: Recorded) -> datetime | None:
    is_told = recorded.recorded_at - recorded.occurred_at <= RECEIVED_WITHIN
    return recorded.occurred_at if is_told else None


def _visibility(
    alias: str,
    recorded: Recorded,
    applied_at: datetime | None,
    seen: tuple[datetime, bool] | None,
) -> dict[str, Any]:
    seen_at = None
    if applied_at is not None and seen is not None:
        at, is_followed = seen
        # Of long ago the first sighting that is kept may be a much later one.
        if is_followed or at - applied_at < SEEN_WITHIN:
            seen_at = at
    is_visible = seen_at is not None or (
        applied_at is not None and _shows(alias, recorded.position)
    )
    return {
        "name": alias,
        "isVisible": is_visible,
        "visibleAt": seen_at,
        "milliseconds": _between(recorded.recorded_at, seen_at),
    }


def _shows(alias: str, position: int) -> bool:
    found = health.now(alias)
    return found is not None and found.position >= position


def _between(first: datetime | None, then: datetime | None) -> float | None:
    if first is None or then is None:
        return None
    return round((then - first).total_seconds() * 1000, 1)


def _applied(order_id: UUID) -> dict[int, Applied]:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_APPLIED, [order_id])
        return {
            version: Applied(rung_at=rung_at, applied_at=applied_at)
            for version, rung_at, applied_at in cursor.fetchall()
        }


def _first_seen(positions: list[int]) -> dict[tuple[str, int], tuple[datetime, bool]]:
    """Return the first sighting at or after each position, and if one lies before."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_FIRST_SEEN, [positions, settings.REPLICAS])
        return {
            (replica, position): (seen_at, is_followed)
            for position, replica, seen_at, is_followed in cursor.fetchall()
        }


_APPLIED = """
select version, rung_at, applied_at from orders_query_orderhistory where order_id = %s
"""
_FIRST_SEEN = """
select wanted.position, r.replica, s.seen_at, exists (
    select from orders_query_sighting b
    where b.replica = r.replica and b.position < wanted.position)
from unnest(%s::bigint[]) as wanted (position), unnest(%s::text[]) as r (replica),
     lateral (select f.seen_at from orders_query_sighting f
              where f.replica = r.replica and f.position >= wanted.position
              order by f.position limit 1) as s
"""
