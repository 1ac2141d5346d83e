"""What each event means for the read tables: pure rules, one module a projection."""

from orders_query.projection.names import KNOWN, ORDERS, SALES, WEBHOOKS, stored
from orders_query.projection.orders import (
    OutOfSequence,
    apply,
    count,
    project,
)
from orders_query.projection.rows import (
    HistoryRow,
    OrderRow,
    Rows,
    TotalsRow,
    VersionRow,
)
from orders_query.projection.sales import Sales, changed_elsewhere, tally
from orders_query.projection.webhooks import WEBHOOK_TYPES, is_of_order, type_of

__all__ = [
    "KNOWN",
    "ORDERS",
    "SALES",
    "WEBHOOKS",
    "WEBHOOK_TYPES",
    "HistoryRow",
    "OrderRow",
    "OutOfSequence",
    "Rows",
    "Sales",
    "TotalsRow",
    "VersionRow",
    "apply",
    "changed_elsewhere",
    "count",
    "is_of_order",
    "project",
    "stored",
    "tally",
    "type_of",
]
