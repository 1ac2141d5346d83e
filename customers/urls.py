"""Addresses of the customers."""

from django.urls import URLPattern, path

from customers import pages
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
page_urlpatterns: list[URLPattern] = [
    path("customers", pages.customer_list, name="list"),
    path("customers/<uuid:customer_id>", pages.customer_page, name="customer"),
    path("customers/<uuid:customer_id>/erase", pages.erase_customer, name="erase"),
]
