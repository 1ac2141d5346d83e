"""How the queries are described in the OpenAPI document."""

from orders_query.api.schema.operations import (
    changes,
    changes_of,
    counts,
    daily_sales,
    events,
    export,
    history,
    order,
    orders,
    orders_of,
    product_sales,
    summary,
    sync,
    trace,
)

__all__ = [
    "changes",
    "changes_of",
    "counts",
    "daily_sales",
    "events",
    "export",
    "history",
    "order",
    "orders",
    "orders_of",
    "product_sales",
    "summary",
    "sync",
    "trace",
]
