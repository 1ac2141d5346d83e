"""What all these pages share: who reads, how much they see, how it is answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from customers import directory
from orders_query import queries
from orders_query.queries import Answer, Reader
from orders_query.queries.folding import SOURCE as LOG

NEEDS = "orders_query.query_orders"
View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """Let in who has signed in, and turn what queries refuse into pages."""

    @login_required
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (queries.OrderNotFound, queries.CustomerNotFound) as unknown:
            raise Http404(str(unknown)) from unknown
        except queries.NotYetConsistent as late:
            return _still_syncing(request, late)

    return answered


def reader(request: HttpRequest, *, at_least: int | None = None) -> Reader:
    """Return who reads, and what they have seen unless told otherwise."""
    gone = request.META.get("orders.gone")
    return Reader(
        name=str(request.user.pk),
        at_least=seen(request) if at_least is None else at_least,
        has_gone=gone.is_set if gone is not None else lambda: False,
    )


def seen(request: HttpRequest) -> int:
    """Return the position of the log that the reader has seen."""
    return int(getattr(request, "seen", 0))


def only_of(request: HttpRequest) -> UUID | None:
    """Return the customer that the reader is kept to, None if they see all."""
    return directory.kept_to(request, unless=NEEDS)


def history_at(
    request: HttpRequest, order_id: UUID, own: UUID | None, answer: Answer
) -> Answer:
    """Return the events from where the order has come from: it is not waited twice."""
    at_answer = reader(request, at_least=answer.position)
    if answer.source == LOG:
        return queries.history_from_log(order_id, reader=at_answer, only_of=own)
    return queries.history(order_id, reader=at_answer, only_of=own)


def target(request: HttpRequest) -> str:
    """Return the id of the element that htmx asks for, empty for a whole page."""
    if "HX-Request" not in request.headers:
        return ""
    return request.headers.get("HX-Target", "")


def told(response: HttpResponse, answer: Answer) -> HttpResponse:
    """Say how fresh the page is and where it comes from."""
    for name, value in answer.headers.items():
        response[name] = value
    return response


def freshness(answer: Answer) -> dict[str, Any]:
    """Return what a page tells of its data, and how old they are if that is too old."""
    age = None if answer.age_ms is None else answer.age_ms // 1000
    is_behind = age is not None and age >= settings.STALE_PAGE_SECONDS
    return {
        "source": answer.source,
        "position": f"{answer.position:,}",
        "follow_from": str(answer.position),
        "age": age,
        "behind": age if is_behind else None,
    }


def _still_syncing(
    request: HttpRequest, late: queries.NotYetConsistent
) -> HttpResponse:
    response = render(request, "orders/syncing.html", status=503)
    response["Retry-After"] = str(late.retry_after)
    return response
