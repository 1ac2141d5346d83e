"""The admin of the query side: read tables, parked events, rebuilds, webhooks."""

from orders_query.admin import tables, webhooks

__all__ = ["tables", "webhooks"]
