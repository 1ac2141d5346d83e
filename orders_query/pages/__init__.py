"""The pages that show orders, as rendered on the server."""

from orders_query.pages.dashboard import dashboard, top_products
from orders_query.pages.detail import order_detail
from orders_query.pages.exporting import order_export
from orders_query.pages.overview import sync_page
from orders_query.pages.parked import retry as retry_parked
from orders_query.pages.parked import skip as skip_parked
from orders_query.pages.rebuilds import ask as ask_rebuild
from orders_query.pages.rebuilds import take_back as take_back_rebuild
from orders_query.pages.searching import order_list
from orders_query.pages.tracing import order_trace

__all__ = [
    "ask_rebuild",
    "dashboard",
    "order_detail",
    "order_export",
    "order_list",
    "order_trace",
    "retry_parked",
    "skip_parked",
    "sync_page",
    "take_back_rebuild",
    "top_products",
]
