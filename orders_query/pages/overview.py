"""The dashboard, and how far the read side has come."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from orders_query import queries
from orders_query.pages import showing
from orders_query.pages.reading import (
    NEEDS,
    freshness,
    only_of,
    page,
    reader,
    target,
    told,
)
from orders_query.queries import Answer, Filters, Page
from orders_query.receivers import doorbell

WAITING = 5
NEWEST = 10


@page
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    if only_of(request) is not None:
        return redirect("orders:list")
    to_confirm = _oldest(request, "PENDING")
    to_ship = _oldest(request, "CONFIRMED")
    newest = queries.orders(Filters(), page=Page(limit=NEWEST), reader=reader(request))
    context = {
        "to_confirm": _rows(to_confirm),
        "to_ship": _rows(to_ship),
        "orders": _rows(newest),
        "sync": queries.sync(),
        **freshness(newest),
    }
    fragment = target(request) == "today"
    name = "orders/_today.html" if fragment else "orders/dashboard.html"
    return told(render(request, name, context), newest)


@page
@require_safe
def sync_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    fragment = target(request) == "state"
    name = "orders/_state.html" if fragment else "orders/sync.html"
    state = queries.sync()
    ages, halts = queries.ages(), queries.halts()
    for projection in state["projections"]:
        projection["age"] = ages.get(projection["name"])
        projection["halted"] = halts.get(projection["name"], "")
    context = {
        "sync": state,
        "sets": queries.other_sets(),
        "verified": queries.last_verification(),
        "bell_is_silent": doorbell.is_silent,
    }
    return render(request, name, context)


def _oldest(request: HttpRequest, status: str) -> Answer:
    """Return those that have waited longest in a status."""
    waiting = Page(limit=WAITING, descending=False)
    return queries.orders(
        Filters(statuses=(status,)), page=waiting, reader=reader(request)
    )


def _rows(answer: Answer) -> list[dict[str, Any]]:
    return [showing.order(row) for row in answer.data]
