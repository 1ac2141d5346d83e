"""Addresses of the customers."""

from django.urls import URLPattern, path

from customers.api import Customers

api_urlpatterns = [
    path("customers", Customers.as_view({"get": "list", "post": "create"})),
    path(
        "customers/<uuid:customer_id>",
        Customers.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
]
page_urlpatterns: list[URLPattern] = []
