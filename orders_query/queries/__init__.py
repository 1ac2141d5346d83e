"""The only reader of the read tables. One statement answers one question."""

from orders_query.queries.answers import (
    Answer,
    CustomerNotFound,
    NotYetConsistent,
    OrderNotFound,
)
from orders_query.queries.filters import BadCursor, Filters, Ordering, Page
from orders_query.queries.orders import (
    customer_summary,
    history,
    order,
    orders,
    orders_of,
)
from orders_query.queries.status import sync

__all__ = [
    "Answer",
    "BadCursor",
    "CustomerNotFound",
    "Filters",
    "NotYetConsistent",
    "OrderNotFound",
    "Ordering",
    "Page",
    "customer_summary",
    "history",
    "order",
    "orders",
    "orders_of",
    "sync",
]
