"""The only reader of the read tables. One statement answers one question."""

from orders_query.queries.answers import (
    Answer,
    CustomerNotFound,
    NotYetConsistent,
    OrderNotFound,
    VersionNotFound,
    told,
)
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.exporting import CUT_SHORT, export
from orders_query.queries.filters import BadCursor, Filters, Ordering, Page
from orders_query.queries.folding import history_from_log, order_from_log
from orders_query.queries.following import (
    Changes,
    Moved,
    changes,
    frames,
    here,
    moved,
)
from orders_query.queries.integration import events
from orders_query.queries.lags import MINUTES, Hour, Minute, last_hour
from orders_query.queries.orders import (
    NOW,
    Moment,
    customer_summary,
    customer_totals,
    history,
    order,
    orders,
    orders_of,
    status_counts,
)
from orders_query.queries.sales import Days, daily_sales, product_sales
from orders_query.queries.status import (
    WEBHOOKS,
    ages,
    being_filled,
    halts,
    highest_position,
    lag_seconds,
    last_verification,
    other_sets,
    sender_seen_at,
    sync,
)
from orders_query.queries.trace import trace
from orders_query.queries.webhooks import webhooks

__all__ = [
    "ANYBODY",
    "CUT_SHORT",
    "MINUTES",
    "NOW",
    "WEBHOOKS",
    "Answer",
    "BadCursor",
    "Changes",
    "CustomerNotFound",
    "Days",
    "Filters",
    "Hour",
    "Minute",
    "Moment",
    "Moved",
    "NotYetConsistent",
    "OrderNotFound",
    "Ordering",
    "Page",
    "Reader",
    "VersionNotFound",
    "ages",
    "being_filled",
    "changes",
    "customer_summary",
    "customer_totals",
    "daily_sales",
    "events",
    "export",
    "frames",
    "halts",
    "here",
    "highest_position",
    "history",
    "history_from_log",
    "lag_seconds",
    "last_hour",
    "last_verification",
    "moved",
    "order",
    "order_from_log",
    "orders",
    "orders_of",
    "other_sets",
    "product_sales",
    "sender_seen_at",
    "status_counts",
    "sync",
    "told",
    "trace",
    "webhooks",
]
