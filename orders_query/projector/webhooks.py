"""The SQL of the `webhooks` projection: a delivery for each event and endpoint.

Its rows are work that is to be done, not a picture of the log: nobody rebuilds them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from django.db import connections

from orders_command.events import Recorded
from orders_query.databases import PRIMARY
from orders_query.projection import is_of_order, type_of


def apply_all(events: tuple[Recorded, ...], *, rung_at: datetime | None) -> None:
    """
    Note what is to be sent, in the transaction of the checkpoint.

    :raises Unreadable: if this code cannot tell what an event is, and somebody is there
        who might want it
    """
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(IS_ANYBODY_THERE)
        if not cursor.fetchone()[0]:
            return
        cursor.execute(ADD, {"events": as_json(_readable(events))})


def as_json(events: Iterable[Recorded]) -> str:
    """Return orders' events as the statements take them, unreadable ones too."""
    rows: list[dict[str, Any]] = [
        {
            "position": event.position,
            "order_id": event.stream_id,
            "version": event.version,
            "type": type_of(event.type),
        }
        for event in events
        if is_of_order(event.type)
    ]
    return orjson.dumps(rows).decode()


def _readable(events: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    for event in events:
        event.event  # noqa: B018 - one that cannot be read is parked
    return events


IS_ANYBODY_THERE = """-- prepared
select exists (select from orders_query_webhookendpoint)
"""
# Behind one that is tried again later nobody need look at it sooner.
DELIVERIES = """
select e.id, r.position, r.order_id, r.version, r.type, 'pending', 0,
       greatest(now(), (
           select max(earlier.due_at) from orders_query_webhookdelivery earlier
           where earlier.endpoint_id = e.id and earlier.order_id = r.order_id
             and earlier.state in ('pending', 'parked'))), '', now()
from json_to_recordset(%(events)s::json) as r
  (position bigint, order_id uuid, version int, type text)
join orders_query_webhookendpoint e on e.types = '[]' or e.types ? r.type
"""
COLUMNS = """
(endpoint_id, position, order_id, version, type, state, tries, due_at, outcome,
 waiting_since)
"""
# An endpoint with a cursor is brought on by the sender, from there.
ADD = f"""-- prepared
insert into orders_query_webhookdelivery {COLUMNS} {DELIVERIES}
where e.starts_after < r.position and (e.cursor is null or e.cursor >= r.position)
on conflict (endpoint_id, position) do nothing
"""
