"""Rows to JSON: PostgreSQL has built the body, the view adds what HTTP says of it."""

from dataclasses import replace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from customers import directory
from customers.directory import CustomerNotFound
from orders_query import queries
from orders_query.api import parameters, schema
from orders_query.api.answering import listed, told
from orders_query.api.asking import QueryViewSet
from orders_query.queries import Filters


class Orders(QueryViewSet):
    customers_may = frozenset({"list", "retrieve", "history", "counts"})

    @schema.orders
    def list(self, request: Request) -> Response:
        filters, page = parameters.listing(request)
        own = self.only_of(request)
        if own is not None:
            filters = _kept_to(own, filters)
        reader = parameters.reader(request)
        return listed(request, queries.orders(filters, page=page, reader=reader))

    @schema.order
    def retrieve(self, request: Request, pk: UUID) -> Response:
        moment, expand = parameters.one_order(request)
        answer = queries.order(
            pk,
            only_of=self.only_of(request),
            at=moment,
            expand=expand,
            reader=parameters.reader(request),
        )
        return told(request, answer)

    @schema.history
    def history(self, request: Request, pk: UUID) -> Response:
        parameters.only(request)
        answer = queries.history(
            pk, only_of=self.only_of(request), reader=parameters.reader(request)
        )
        return told(request, answer)

    @schema.counts
    def counts(self, request: Request) -> Response:
        query = parameters.only(request, "customerId")
        asked = parameters.single(query, "customerId", parameters.an_id)
        own = self.only_of(request)
        if own is not None and asked not in (None, own):
            raise PermissionDenied
        answer = queries.status_counts(
            customer_id=own or asked, reader=parameters.reader(request)
        )
        return told(request, answer)


class CustomerOrders(QueryViewSet):
    customers_may = frozenset({"list"})

    @schema.orders_of
    def list(self, request: Request, customer_id: UUID) -> Response:
        if self.only_of(request) not in (None, customer_id):
            raise PermissionDenied
        page, reader = parameters.page(request), parameters.reader(request)
        answer = queries.orders_of(customer_id, page=page, reader=reader)
        return listed(request, answer)


class Summaries(QueryViewSet):
    customers_may = frozenset({"retrieve"})

    @schema.summary
    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        is_expanded = parameters.of_summary(request)
        if self.only_of(request) not in (None, customer_id):
            raise PermissionDenied
        answer = queries.customer_summary(
            customer_id, of_each=is_expanded, reader=parameters.reader(request)
        )
        return told(request, answer)


class Exports(QueryViewSet):
    needs = "customers.manage_customers"
    customers_may = frozenset({"retrieve"})

    @schema.export
    def retrieve(self, request: Request, customer_id: UUID) -> StreamingHttpResponse:
        parameters.only(request)
        if directory.kept_to(request, unless=self.needs) not in (None, customer_id):
            raise CustomerNotFound(customer_id)
        first, parts = queries.export(customer_id, reader=parameters.reader(request))
        name = f"customer-{customer_id}.json"
        told = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(
            parts, content_type="application/json", headers={**first.headers, **told}
        )


def _kept_to(customer_id: UUID, filters: Filters) -> Filters:
    """Keep a customer to their own orders; to ask for another's is refused."""
    if filters.customer_id not in (None, customer_id):
        raise PermissionDenied
    return replace(filters, customer_id=customer_id)
