"""The pages that show orders, as rendered on the server."""

from orders_query.pages.detail import order_detail
from orders_query.pages.exporting import order_export
from orders_query.pages.overview import dashboard, sync_page
from orders_query.pages.searching import order_list
from orders_query.pages.tracing import order_trace

__all__ = [
    "dashboard",
    "order_detail",
    "order_export",
    "order_list",
    "order_trace",
    "sync_page",
]
