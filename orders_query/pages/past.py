"""One order as it was at one of its versions."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders_query import queries
from orders_query.pages import showing
from orders_query.pages.reading import NEEDS, freshness, history_at, reader, told
from orders_query.queries import Moment

MAX_DIGITS = 9  # no order comes so far


def order_at(request: HttpRequest, order_id: UUID, own: UUID | None) -> HttpResponse:
    """Answer the page of a version; 400 if it is no number, 404 if there is none."""
    text = request.GET["version"]
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= MAX_DIGITS):
        return _refused(request, 400, "A version of an order is 1, 2, 3 …")
    version = int(text)
    try:
        answer = queries.order(
            order_id,
            only_of=own,
            reader=reader(request),
            at=Moment(version=version),
        )
    except queries.VersionNotFound:
        return _refused(request, 404, f"This order has no version {version}.")
    history = history_at(request, order_id, own, answer)
    events = _events(request, history.data)
    context = {
        "order": showing.order(answer.data),
        "timeline": events[:version],
        "versions": events,
        "until": events[version]["at"] if version < len(events) else None,
        **freshness(answer),
    }
    return told(render(request, "orders/past.html", context), answer)


def _events(request: HttpRequest, history: list[Any]) -> list[dict[str, Any]]:
    return showing.timeline(
        history,
        up_to=len(history),
        new_after=len(history),
        reader=request.user,
        is_staff=request.user.has_perm(NEEDS),
    )


def _refused(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    return render(request, f"{status}.html", {"detail": detail}, status=status)
