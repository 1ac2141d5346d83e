"""Brings endpoints on from the log that begin in the past, or were away.

The projection gives an event to whoever is up to date; the others have a cursor, and
are given what lies between it and the projection's checkpoint here, in order. What is
beyond a cursor is not sent yet, so that an order's events stay in their order.
"""

from collections.abc import Sequence

import orjson
from django.db import connections

from orders_command import feed
from orders_command.events import Recorded, Unreadable
from orders_query.databases import PRIMARY
from orders_query.projector import WEBHOOKS, stand_of
from orders_query.projector.webhooks import COLUMNS, DELIVERIES, as_json
from orders_query.webhooks.endpoints import held

BATCH = 500
MOST_PENDING = 10_000  # of an endpoint, that may be sent, before it is given more


def fill() -> bool:
    """Bring each endpoint on that is behind; tell whether any was."""
    moved = [_fill(pk, cursor) for pk, cursor in _behind()]
    return any(moved)


def _fill(pk: int, cursor: int) -> bool:
    up_to = stand_of(WEBHOOKS).position
    events = feed.settled(after=cursor, up_to=up_to, limit=BATCH)
    reaches = events[-1].position if len(events) == BATCH else up_to
    with held() as position, connections[PRIMARY].cursor() as sql:
        sql.execute(_TAKE, [pk, cursor])
        if sql.fetchone() is None:
            return False  # somebody else has moved it
        if events:
            sql.execute(ADD, {"pk": pk, "events": as_json(events)})
            sql.execute(PARK, {"pk": pk, "events": _unreadable(events)})
        is_there = reaches >= position
        sql.execute(_MOVE, [None if is_there else reaches, pk])
    return True


def _behind() -> list[tuple[int, int]]:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_BEHIND, [MOST_PENDING, MOST_PENDING])
        return list(cursor.fetchall())


def _unreadable(events: Sequence[Recorded]) -> str:
    positions = [
        event.position for event in events if isinstance(event.content, Unreadable)
    ]
    return orjson.dumps(positions).decode()


_BEHIND = """
select e.id, e.cursor from orders_query_webhookendpoint e
where e.enabled and e.cursor is not null and %s > (
    select count(*) from (
        select from orders_query_webhookdelivery d
        where d.endpoint_id = e.id and d.state = 'pending' and d.position <= e.cursor
        limit %s) pending)
"""
_TAKE = """
select from orders_query_webhookendpoint
where id = %s and cursor = %s for no key update
"""
_MOVE = "update orders_query_webhookendpoint set cursor = %s where id = %s"
# What the projection has parked comes with it, when that is retried there.
ADD = f"""
insert into orders_query_webhookdelivery as d {COLUMNS} {DELIVERIES}
where e.id = %(pk)s and not exists (
    select from orders_query_parkedevent parked
    where parked.projection = 'webhooks' and parked.position = r.position)
on conflict (endpoint_id, position) do update
set state = 'pending', tries = 0, due_at = now(), outcome = '', waiting_since = now(),
    settled_at = null, claim = null, claimed_until = null
where d.state <> 'pending'
"""
PARK = """
update orders_query_webhookdelivery set state = 'parked', outcome = 'unreadable'
where endpoint_id = %(pk)s
  and position in (select value::bigint from json_array_elements_text(%(events)s::json))
"""
