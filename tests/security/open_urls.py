"""The addresses of the house, with doors in it that somebody has left open."""

from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.response import Response

from config.access.models import User
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as sound
from customers.api import Customers
from orders_command.models import Order
from orders_query.api import Orders, Sales, Sync

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class OpenSales(Sales):
    """Asks for no permission."""

    needs = None


class Trusting(Customers):
    """Shows whoever may see one customer any other."""

    def retrieve(self, request: Any, customer_id: UUID) -> Response:
        return Response({"customerId": str(customer_id)})


class Telling(Orders):
    """Refuses, and tells all the same whether there is such an order."""

    def handle_exception(self, exc: Exception) -> Response:
        answer = super().handle_exception(exc)
        answer["X-Known"] = str(Order.objects.filter(pk=self.kwargs["pk"]).exists())
        return answer


class Doing(Sync):
    """Does something first, and refuses then."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        User.objects.filter(pk=request.user.pk).update(last_name="was here")
        raise PermissionDenied


def open_page(_: HttpRequest) -> HttpResponse:
    return HttpResponse("for anybody")


urlpatterns = [
    path("api/query/sales/daily", OpenSales.as_view({"get": "daily"})),
    path("api/customers/<uuid:customer_id>", Trusting.as_view({"get": "retrieve"})),
    path("api/query/orders/<uuid:pk>", Telling.as_view({"get": "retrieve"})),
    path("api/query/sync", Doing.as_view({"get": "retrieve"})),
    path("products", open_page),
    path("api/query/forgotten", OpenSales.as_view({"get": "daily"})),
    path("forgotten", open_page),
    *sound,
]
