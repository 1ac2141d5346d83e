"""The queries over HTTP."""

from orders_query.api.following import Following
from orders_query.api.reports import Events, Sales, Sync, Traces
from orders_query.api.views import CustomerOrders, Exports, Orders, Summaries

__all__ = [
    "CustomerOrders",
    "Events",
    "Exports",
    "Following",
    "Orders",
    "Sales",
    "Summaries",
    "Sync",
    "Traces",
]
