"""The query side of the REST API."""

from orders_query.api.views import CustomerOrders, Orders, Summaries, Sync

__all__ = ["CustomerOrders", "Orders", "Summaries", "Sync"]
