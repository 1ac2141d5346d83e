"""The SQL of the `sales` projection: what a batch adds to its days and products."""

from datetime import datetime
from typing import Any

import orjson
from django.db import connections

from orders_command import feed
from orders_command.events import Recorded
from orders_query.databases import PRIMARY
from orders_query.projection import Sales, changed_elsewhere, tally


def apply_all(events: tuple[Recorded, ...], *, rung_at: datetime | None) -> None:
    """Bring the tables up to the events, in the transaction of the checkpoint."""
    changed = changed_elsewhere(events)
    earlier = feed.contents(changed, before=events[0].position) if changed else ()
    sales = tally(events, earlier)
    if not sales.days:
        return
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            SAVE, {"days": _json(_days(sales)), "products": _json(_products(sales))}
        )


def _days(sales: Sales) -> list[dict[str, Any]]:
    return [
        {
            "day": day,
            "currency": currency,
            "orders": more.orders,
            "cancelled": more.cancelled,
            "revenue": str(more.revenue),
        }
        for (day, currency), more in sales.days.items()
    ]


def _products(sales: Sales) -> list[dict[str, Any]]:
    return [
        {
            "day": day,
            "product_id": product_id,
            "currency": currency,
            "quantity": more.quantity,
            "orders": more.orders,
            "revenue": str(more.revenue),
        }
        for (day, product_id, currency), more in sales.products.items()
    ]


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


SAVE = """-- prepared
with products as (
    insert into orders_query_productsales as s
      (day, product_id, currency, quantity, orders, revenue)
    select day, product_id, currency, quantity, orders, revenue
    from json_to_recordset(%(products)s::json) as r
      (day date, product_id text, currency text, quantity bigint, orders bigint,
       revenue numeric)
    on conflict (day, product_id, currency) do update
    set quantity = s.quantity + excluded.quantity,
        orders = s.orders + excluded.orders, revenue = s.revenue + excluded.revenue
)
insert into orders_query_dailysales as s (day, currency, orders, cancelled, revenue)
select day, currency, orders, cancelled, revenue
from json_to_recordset(%(days)s::json) as r
  (day date, currency text, orders bigint, cancelled bigint, revenue numeric)
on conflict (day, currency) do update
set orders = s.orders + excluded.orders, cancelled = s.cancelled + excluded.cancelled,
    revenue = s.revenue + excluded.revenue
"""
