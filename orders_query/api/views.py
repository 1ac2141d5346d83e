"""Rows to JSON: PostgreSQL has built the body, the view adds what HTTP says of it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from customers import directory
from orders_query import queries
from orders_query.api import parameters, schema
from orders_query.queries import Answer, BadCursor, Filters

NEEDS = "orders_query.query_orders"


class QueryViewSet(ViewSet):
    """What all queries share: who asks, what they have seen, and how to answer."""

    needs = NEEDS
    customers_may: frozenset[str] = frozenset()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, BadCursor):
            exc = parameters.BadParameter("?cursor", str(exc))
        return super().handle_exception(exc)

    def asked(self, request: Request) -> dict[str, Any]:
        """Return the caller's token and name, as every query takes them."""
        return {
            "at_least": parameters.token(request),
            "caller": str(request.user.pk),
        }

    def only_of(self, request: Request) -> UUID | None:
        """Return the customer that the caller is kept to, None if they see all."""
        user = request.user
        if user.pk is None or user.has_perm(NEEDS):
            return None
        customer_id = directory.customer_of(user.pk)
        if customer_id is None:
            raise PermissionDenied
        return customer_id


class Orders(QueryViewSet):
    customers_may = frozenset({"list", "retrieve", "history"})

    @schema.orders
    def list(self, request: Request) -> Response:
        filters, page = parameters.listing(request)
        own = self.only_of(request)
        if own is not None:
            filters = _kept_to(own, filters)
        return _listed(
            request, queries.orders(filters, page=page, **self.asked(request))
        )

    @schema.order
    def retrieve(self, request: Request, pk: UUID) -> Response:
        parameters.none_expected(request)
        answer = queries.order(pk, only_of=self.only_of(request), **self.asked(request))
        return _told(request, answer)

    @schema.history
    def history(self, request: Request, pk: UUID) -> Response:
        parameters.none_expected(request)
        answer = queries.history(
            pk, only_of=self.only_of(request), **self.asked(request)
        )
        return _told(request, answer)


class CustomerOrders(QueryViewSet):
    customers_may = frozenset({"list"})

    @schema.orders_of
    def list(self, request: Request, customer_id: UUID) -> Response:
        if self.only_of(request) not in (None, customer_id):
            raise PermissionDenied
        page = parameters.page(request)
        answer = queries.orders_of(customer_id, page=page, **self.asked(request))
        return _listed(request, answer)


class Summaries(QueryViewSet):
    customers_may = frozenset({"retrieve"})

    @schema.summary
    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        parameters.none_expected(request)
        if self.only_of(request) not in (None, customer_id):
            raise PermissionDenied
        answer = queries.customer_summary(customer_id, **self.asked(request))
        return _told(request, answer)


class Sync(QueryViewSet):
    @schema.sync
    def retrieve(self, request: Request) -> Response:
        parameters.none_expected(request)
        told = queries.sync()
        stands = min(projection["position"] for projection in told["projections"])
        if parameters.token(request) > max(stands, told["head"] or 0):
            raise queries.NotYetConsistent(parameters.token(request))
        headers = {"Consistency-Token": str(stands), "Read-Source": "query"}
        return Response(told, headers=headers)


def _kept_to(customer_id: UUID, filters: Filters) -> Filters:
    """Keep a customer to their own orders; to ask for another's is refused."""
    if filters.customer_id not in (None, customer_id):
        raise PermissionDenied
    return Filters(**{**vars(filters), "customer_id": customer_id})


def _listed(request: Request, answer: Answer) -> Response:
    response = _told(request, answer)
    if answer.next:
        query = request.query_params.copy()
        query["cursor"] = answer.next
        url = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        response["Link"] = f'<{url}>; rel="next"'
    return response


def _told(request: Request, answer: Answer) -> Response:
    headers = {**answer.headers, "ETag": answer.etag}
    if _is_known(request.headers.get("If-None-Match", ""), answer.etag):
        return Response(status=304, headers=headers)
    return Response(answer.body, headers=headers)


def _is_known(if_none_match: str, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known
