"""Sales, the log for integrators, the way of an order, how the read side stands."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from orders_query import queries
from orders_query.api import parameters, schema
from orders_query.api.answering import address, listed, told
from orders_query.api.asking import QueryViewSet


class Sales(QueryViewSet):
    @schema.daily_sales
    def daily(self, request: Request) -> Response:
        query = parameters.only(request, "from", "to", "currency")
        answer = queries.daily_sales(
            parameters.days(query),
            only=parameters.currency(query),
            reader=parameters.reader(request),
        )
        return told(request, answer)

    @schema.product_sales
    def products(self, request: Request) -> Response:
        query = parameters.only(request, "from", "to", "currency", "limit", "cursor")
        answer = queries.product_sales(
            parameters.days(query),
            limit=parameters.limit(query),
            only=parameters.currency(query),
            cursor=query.get("cursor"),
            reader=parameters.reader(request),
        )
        return listed(request, answer)


class Events(QueryViewSet):
    @schema.events
    def list(self, request: Request) -> Response:
        query = parameters.only(request, "after", "limit")
        answer = queries.events(
            after=parameters.single(query, "after", parameters.a_position) or 0,
            limit=parameters.limit(query, most=parameters.MAX_EVENTS),
            reader=parameters.reader(request),
        )
        response = told(request, answer)
        following = address(request, after=str(answer.position))
        response["Link"] = f'<{following}>; rel="next"'
        return response


class Traces(QueryViewSet):
    @schema.trace
    def retrieve(self, request: Request, pk: UUID) -> Response:
        parameters.only(request)
        return told(request, queries.trace(pk, reader=parameters.reader(request)))


class Sync(QueryViewSet):
    @schema.sync
    def retrieve(self, request: Request) -> Response:
        parameters.only(request)
        state, reader = queries.sync(), parameters.reader(request)
        stands = min(projection["position"] for projection in state["projections"])
        if reader.at_least > max(stands, state["head"] or 0):
            raise queries.NotYetConsistent(reader)
        return Response(state, headers=queries.told(stands, "query"))
