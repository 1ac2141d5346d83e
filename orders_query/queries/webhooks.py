"""What is to be sent to whom, and since when it waits."""

from typing import Any

from orders_query.queries.status import rows


def webhooks() -> list[dict[str, Any]]:
    """
    Return each endpoint by name: its state, what is pending and parked.

    `oldestSeconds` is how long the oldest that is pending waits, 0 without any. Where
    it goes is no reader's business, and not among this.
    """
    names = ("id", "name", "state", "because", "pending", "parked", "oldestSeconds")
    return [dict(zip(names, row, strict=True)) for row in rows(_ENDPOINTS)]


_ENDPOINTS = """
select e.id, e.name, case when not e.enabled then 'disabled'
           when e.failing_since is not null then 'failing'
           when e.cursor is not null then 'catching up' else 'up to date' end,
       e.disabled_because, d.pending, d.parked, d.oldest
from orders_query_webhookendpoint e cross join lateral (
    select count(*) filter (where d.state = 'pending') as pending,
           count(*) filter (where d.state = 'parked') as parked,
           coalesce(extract(epoch from clock_timestamp()
               - min(d.waiting_since) filter (where d.state = 'pending')), 0)::float8
               as oldest
    from orders_query_webhookdelivery d
    where d.endpoint_id = e.id and d.state in ('pending', 'parked')
) d
order by e.name
"""
