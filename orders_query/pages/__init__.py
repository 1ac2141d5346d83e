"""The pages that show orders, as rendered on the server."""

from orders_query.pages.detail import order_detail
from orders_query.pages.overview import dashboard, sync_page
from orders_query.pages.searching import order_list

__all__ = ["dashboard", "order_detail", "order_list", "sync_page"]
