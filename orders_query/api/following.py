"""Changes as they come: asked for, waited for, or as a stream of server-sent events.

A view never waits. It says how long the server may hold the request (`X-Hold`), and is
asked again when the read side has moved; see config/asgi.py. So a listener costs no
thread, and who it is and what it may see is looked at each time anew.
"""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from orders_query import queries
from orders_query.api import parameters, schema
from orders_query.api.answering import address
from orders_query.api.asking import QueryViewSet
from orders_query.queries import Changes, Reader

STREAM = "text/event-stream"
STREAM_SECONDS = 300  # then the browser connects again, from where it was
RETRY = b"retry: 1000\n\n"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """From where on, how many at most, and how long to wait for the first."""

    after: int | None
    limit: int
    wait: int


class Following(QueryViewSet):
    customers_may = frozenset({"all", "one"})

    @schema.changes
    def all(self, request: Request) -> Response | HttpResponse:
        asked, reader = _asked(request), parameters.reader(request)
        own = self.only_of(request)
        topic = "all" if own is None else f"customer:{own}"
        found = _changes(asked, reader, only_of=own)
        return _answered(request, asked, found, topic)

    @schema.changes_of
    def one(self, request: Request, pk: UUID) -> Response | HttpResponse:
        asked, reader = _asked(request), parameters.reader(request)
        own = self.only_of(request)
        queries.order(pk, only_of=own, reader=reader)  # unknown is unknown
        found = _changes(asked, reader, only_of=own, order_id=pk)
        return _answered(request, asked, found, f"order:{pk}")


def _asked(request: Request) -> Asked:
    query = parameters.only(request, "after", "limit", "wait")
    after = parameters.single(query, "after", parameters.a_position)
    last = request.headers.get("Last-Event-ID")
    if last is not None:
        after = _last_seen(last)
    if "orders.after" in request.META:
        after = int(request.META["orders.after"])
    return Asked(
        after=after,
        limit=parameters.limit(query),
        wait=parameters.single(query, "wait", parameters.seconds) or 0,
    )


def _last_seen(text: str) -> int:
    try:
        return parameters.a_position(text)
    except ValueError as error:
        raise parameters.BadParameter("Last-Event-ID", str(error)) from error


def _changes(
    asked: Asked,
    reader: Reader,
    *,
    only_of: UUID | None,
    order_id: UUID | None = None,
) -> Changes:
    after = queries.here(reader=reader).position if asked.after is None else asked.after
    return queries.changes(
        after=after,
        limit=asked.limit,
        order_id=order_id,
        only_of=only_of,
        reader=reader,
    )


def _answered(
    request: Request, asked: Asked, found: Changes, topic: str
) -> Response | HttpResponse:
    may_hold = bool(request.META.get("orders.may_hold"))
    hold = f"after={found.through}; topic={topic}"
    if STREAM in request.headers.get("Accept", ""):
        return _stream(request, found, f"{STREAM_SECONDS}; {hold}" if may_hold else "")
    response = Response(found.answer.body, headers=found.answer.headers)
    following = address(request, after=str(found.through))
    response["Link"] = f'<{following}>; rel="next"'
    if may_hold and asked.wait and found.is_empty and not found.has_more:
        response["X-Hold"] = f"{asked.wait}; {hold}"
    return response


def _stream(request: Request, found: Changes, hold: str) -> HttpResponse:
    is_first = "orders.after" not in request.META
    body = (RETRY if is_first else b"") + queries.frames(found)
    response = HttpResponse(body, content_type=STREAM, headers=found.answer.headers)
    response["X-Accel-Buffering"] = "no"
    if hold:
        response["X-Hold"] = hold
    return response
