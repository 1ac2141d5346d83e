"""What is to be sent to whom, and since when it waits."""

from typing import Any

from orders_query.queries.status import rows

MOST_COUNTED = 10_000  # of each endpoint: who has more is told so, and is quick


def webhooks() -> list[dict[str, Any]]:
    """
    Return each endpoint by name: its state, what is pending and parked.

    More than 10,000 are 10,001, and "10,000+" where they are `shown`. `oldestSeconds`
    is how long the oldest waits of those pending that are counted, 0 without any.
    Where it goes is no reader's business, and not among this.
    """
    names = ("id", "name", "state", "because", "pending", "parked", "oldestSeconds")
    found = rows(_ENDPOINTS, {"most": MOST_COUNTED + 1})
    endpoints = [dict(zip(names, row, strict=True)) for row in found]
    return [{**one, "shown": _shown(one)} for one in endpoints]


def _shown(endpoint: dict[str, Any]) -> dict[str, str]:
    counts = {name: endpoint[name] for name in ("pending", "parked")}
    return {
        name: str(count) if count <= MOST_COUNTED else f"{MOST_COUNTED:,}+"
        for name, count in counts.items()
    }


_ENDPOINTS = """
select e.id, e.name, case when not e.enabled then 'disabled'
           when e.failing_since is not null then 'failing'
           when e.cursor is not null then 'catching up' else 'up to date' end,
       e.disabled_because, pending.count, parked.count, pending.oldest
from orders_query_webhookendpoint e cross join lateral (
    select count(*), coalesce(extract(epoch from clock_timestamp()
               - min(d.waiting_since)), 0)::float8 as oldest
    from (select d.waiting_since from orders_query_webhookdelivery d
          where d.endpoint_id = e.id and d.state = 'pending'
          order by d.position limit %(most)s) d
) pending cross join lateral (
    select count(*)
    from (select from orders_query_webhookdelivery d
          where d.endpoint_id = e.id and d.state = 'parked'
          order by d.position limit %(most)s) d
) parked
order by e.name
"""
