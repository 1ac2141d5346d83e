"""The list of orders: searched, filtered, sorted, page by page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from uuid_utils.compat import uuid7

from orders_query import queries
from orders_query.pages import showing
from orders_query.pages.asking import LABELS, ORDERINGS, Asked, understood
from orders_query.pages.reading import (
    freshness,
    only_of,
    page,
    reader,
    target,
    told,
)
from orders_query.queries import Answer, BadCursor, Ordering

PER_PAGE = 25
COMMANDS = "orders_command.command_orders"
# The columns that sort the list by their headings.
_BY = {"placed": "createdAt", "changed": "lastUpdatedAt", "total": "total"}


@page
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    asked = understood(request, only_of(request))
    context = _of_the_form(request, asked)
    if asked.errors:
        return _shown(request, context, status=422)
    try:
        answer = queries.orders(
            asked.filters,
            page=asked.page(limit=PER_PAGE, cursor=request.GET.get("cursor")),
            reader=reader(request),
        )
    except BadCursor:
        return redirect(_with(request, cursor=None))
    context |= {
        "orders": [showing.order(row) for row in answer.data],
        "totals": _totals(request, asked, answer),
        "next": _turned(request, answer.next),
        "previous": _turned(request, answer.previous),
        **freshness(answer),
    }
    return told(_shown(request, context), answer)


def _of_the_form(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Return what can be said before an order has been looked for."""
    return {
        "typed": asked.typed,
        "errors": asked.errors,
        "told": [
            (name, label, asked.errors.get(name, "")) for name, label in LABELS.items()
        ],
        "orderings": {name: label for name, (label, _) in ORDERINGS.items()},
        "ordering": asked.ordering,
        "in_words": asked.in_words,
        "by_change": asked.column is Ordering.LAST_UPDATED_AT,
        "sorts": _sorts(request, asked),
        "is_filtered": asked.is_filtered,
        "sees_all": only_of(request) is None,
        "is_first": "cursor" not in request.GET,
        "here": request.get_full_path(),
        "first": _with(request, cursor=None),
        "csv": _with(request, "orders:csv", cursor=None),
    }


def _shown(
    request: HttpRequest, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    asked_for = target(request)
    fragment = asked_for in {"results", "customer-orders"}
    name = "orders/_results.html" if fragment else "orders/list.html"
    context["as_part"] = asked_for == "customer-orders"
    # What the list asks by itself must not touch a form that somebody fills in.
    is_asked = request.headers.get("HX-Trigger") != "results"
    context["tells_form"] = asked_for == "results" and is_asked
    if not fragment:
        context["chips"] = _chips(request, request.GET.getlist("status"))
    if not context["as_part"] and request.user.has_perm(COMMANDS):
        context |= {"may_act": True, "key": str(uuid7())}
    return render(request, name, context, status=status)


def _totals(
    request: HttpRequest, asked: Asked, answer: Answer
) -> dict[str, Any] | None:
    """Return what the orders of the customer in question add up to."""
    customer_id = asked.filters.customer_id
    if customer_id is None:
        return None
    at_answer = reader(request, at_least=answer.position)
    try:
        found = queries.customer_totals(customer_id, reader=at_answer)
    except queries.CustomerNotFound:
        return None  # the list says that there is nothing
    return showing.totals(found.data)


def _chips(request: HttpRequest, chosen: list[str]) -> list[tuple[str, str, bool, str]]:
    """Return each status, and how many orders are in it whatever else is asked for."""
    now = reader(request, at_least=0)
    counts = queries.status_counts(customer_id=only_of(request), reader=now).data
    return [
        (status, label, status in chosen, f"{counts.get(status, 0):,}")
        for status, label in showing.STATUSES.items()
    ]


def _sorts(request: HttpRequest, asked: Asked) -> dict[str, dict[str, str]]:
    """Return for each column how it is sorted, and what its heading leads to."""
    sorts = {}
    for column, name in _BY.items():
        now = ""
        if asked.ordering.removeprefix("-") == name:
            now = "descending" if asked.is_descending else "ascending"
        ordering = name if now == "descending" else f"-{name}"
        address = _with(request, cursor=None, ordering=ordering)
        sorts[column] = {"now": now, "ordering": ordering, "address": address}
    return sorts


def _with(
    request: HttpRequest, name: str = "orders:list", **changed: str | None
) -> str:
    """Return the address of this list with other parameters; None takes one away."""
    query = request.GET.copy()
    for parameter, value in changed.items():
        query.pop(parameter, None)
        if value is not None:
            query[parameter] = value
    return f"{reverse(name)}?{query.urlencode()}"


def _turned(request: HttpRequest, cursor: str | None) -> str:
    """Return the address of the page at a cursor, empty without one."""
    return "" if cursor is None else _with(request, cursor=cursor)
