"""Where the query side is found."""

from django.urls import URLPattern, path

from orders_query import pages
from orders_query.api import CustomerOrders, Orders, Summaries, Sync

api_urlpatterns = [
    path("orders", Orders.as_view({"get": "list"})),
    path("orders/customer/<uuid:customer_id>", CustomerOrders.as_view({"get": "list"})),
    path("orders/<uuid:pk>", Orders.as_view({"get": "retrieve"})),
    path("orders/<uuid:pk>/history", Orders.as_view({"get": "history"})),
    path(
        "customers/<uuid:customer_id>/summary", Summaries.as_view({"get": "retrieve"})
    ),
    path("sync", Sync.as_view({"get": "retrieve"})),
]
page_urlpatterns: list[URLPattern] = [
    path("", pages.dashboard, name="dashboard"),
    path("orders", pages.order_list, name="list"),
    path("orders/<uuid:order_id>", pages.order_detail, name="detail"),
    path("sync", pages.sync_page, name="sync"),
]
