"""The dashboard: what waits, what has come in, and how the days went."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from orders_query import queries
from orders_query.pages import figures, lags, showing
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

WAITING = 5
NEWEST = 10


@page
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    if only_of(request) is not None:
        return redirect("orders:list")
    if target(request) == "fresh":
        return render(request, "orders/_fresh.html", _fresh())
    try:
        asked = figures.asked(request)
    except figures.BadRange as bad:
        return render(request, "400.html", {"detail": str(bad)}, status=400)
    newest = queries.orders(Filters(), page=Page(limit=NEWEST), reader=reader(request))
    context = {
        "to_confirm": _rows(_oldest(request, "PENDING")),
        "to_ship": _rows(_oldest(request, "CONFIRMED")),
        "orders": _rows(newest),
        **freshness(newest),
    }
    if target(request) == "today":
        return told(render(request, "orders/_today.html", context), newest)
    context |= figures.by_day(request, asked) | _fresh()
    context["statuses"] = figures.statuses(request)
    return told(render(request, "orders/dashboard.html", context), newest)


@page
@require_safe
def top_products(request: HttpRequest) -> HttpResponse:
    """What was sold most: a part of the dashboard, or a page where no script runs."""
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    try:
        asked = figures.asked(request)
    except figures.BadRange as bad:
        return render(request, "400.html", {"detail": str(bad)}, status=400)
    name = "_products" if target(request) == "products" else "products"
    context = {**figures.products(request, asked), "range": asked.range}
    return render(request, f"orders/{name}.html", context)


def _fresh() -> dict[str, Any]:
    return {"lags": lags.figures(queries.sync())}


def _oldest(request: HttpRequest, status: str) -> Answer:
    """Return those of a status that were placed first."""
    waiting = Page(limit=WAITING, descending=False)
    return queries.orders(
        Filters(statuses=(status,)), page=waiting, reader=reader(request)
    )


def _rows(answer: Answer) -> list[dict[str, Any]]:
    return [showing.order(row) for row in answer.data]
