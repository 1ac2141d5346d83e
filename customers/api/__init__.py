"""The customers' part of the REST API."""

from customers.api.views import Customers

__all__ = ["Customers"]
