"""What all queries share: who asks, and how much of it all they may see."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from customers import directory
from orders_query.api import parameters
from orders_query.queries import BadCursor

NEEDS = "orders_query.query_orders"


class QueryViewSet(ViewSet):
    needs: Any = NEEDS
    customers_may: frozenset[str] = frozenset()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, BadCursor):
            exc = parameters.BadParameter("?cursor", str(exc))
        return super().handle_exception(exc)

    def only_of(self, request: Request) -> UUID | None:
        """Return the customer that the caller is kept to, None if they see all."""
        return directory.kept_to(request, unless=NEEDS)
