"""Where the query side is found."""

from django.urls import URLPattern, path

from orders_query import pages
from orders_query.api import (
    CustomerOrders,
    Events,
    Exports,
    Following,
    Orders,
    Sales,
    Summaries,
    Sync,
    Traces,
)

api_urlpatterns = [
    path("orders", Orders.as_view({"get": "list"})),
    path("orders/counts", Orders.as_view({"get": "counts"})),
    path("orders/changes", Following.as_view({"get": "all"})),
    path("orders/customer/<uuid:customer_id>", CustomerOrders.as_view({"get": "list"})),
    path("orders/<uuid:pk>", Orders.as_view({"get": "retrieve"})),
    path("orders/<uuid:pk>/history", Orders.as_view({"get": "history"})),
    path(
        "orders/<uuid:pk>/changes",
        Following.as_view({"get": "one"}),
        name="order-changes",
    ),
    path("orders/<uuid:pk>/trace", Traces.as_view({"get": "retrieve"})),
    path(
        "customers/<uuid:customer_id>/summary", Summaries.as_view({"get": "retrieve"})
    ),
    path("sales/daily", Sales.as_view({"get": "daily"})),
    path("sales/products", Sales.as_view({"get": "products"})),
    path("events", Events.as_view({"get": "list"})),
    path("sync", Sync.as_view({"get": "retrieve"})),
]
# What is kept of a person on both sides is asked for where the person is found.
customer_api_urlpatterns = [
    path(
        "customers/<uuid:customer_id>/export",
        Exports.as_view({"get": "retrieve"}),
        name="customer-export",
    ),
]
PARKED = "sync/parked/<str:name>/<uuid:stream_id>"
page_urlpatterns: list[URLPattern] = [
    path("", pages.dashboard, name="dashboard"),
    path("orders", pages.order_list, name="list"),
    path("orders.csv", pages.order_export, name="csv"),
    path("orders/<uuid:order_id>", pages.order_detail, name="detail"),
    path("orders/<uuid:order_id>/trace", pages.order_trace, name="trace"),
    path("products", pages.top_products, name="products"),
    path("sync", pages.sync_page, name="sync"),
    path(f"{PARKED}/retry", pages.retry_parked, name="retry-parked"),
    path(f"{PARKED}/skip", pages.skip_parked, name="skip-parked"),
    path("sync/rebuild/<str:name>/<str:action>", pages.ask_rebuild, name="rebuild"),
    path(
        "sync/rebuilds/<int:pk>/take-back",
        pages.take_back_rebuild,
        name="take-back-rebuild",
    ),
]
