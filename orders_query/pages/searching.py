"""The list of orders: searched, filtered, page by page."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from customers import directory
from orders_query import queries
from orders_query.pages import showing
from orders_query.pages.reading import (
    freshness,
    only_of,
    page,
    reader,
    target,
    told,
)
from orders_query.queries import BadCursor, Filters, Page

PER_PAGE = 25
MAX_SEARCH = 200
_FIELDS = ("q", "customer", "from", "to")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(kw_only=True)
class Asked:
    """What was typed, what it means, and what of it cannot be understood."""

    typed: dict[str, str]
    statuses: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def filters(self) -> Filters:
        return Filters(statuses=tuple(self.statuses), **self.values)


@page
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    own = only_of(request)
    wanted = understood(request, own)
    context = {
        "typed": wanted.typed,
        "errors": wanted.errors,
        "chips": _chips(wanted.statuses),
        "is_filtered": bool(wanted.statuses or any(wanted.typed.values())),
        "sees_all": own is None,
        "is_first": "cursor" not in request.GET,
        "here": request.get_full_path(),
        "newest": _without_cursor(request, "orders:list"),
        "csv": _without_cursor(request, "orders:csv"),
    }
    if wanted.errors:
        return _shown(request, context, status=422)
    cursor = request.GET.get("cursor")
    filters = wanted.filters
    try:
        answer = queries.orders(
            filters, page=Page(limit=PER_PAGE, cursor=cursor), reader=reader(request)
        )
    except BadCursor:
        return redirect("orders:list")
    context |= {
        "orders": [showing.order(row) for row in answer.data],
        "next": _turned(request, answer.next),
        "previous": _turned(request, answer.previous),
        **freshness(answer),
    }
    return told(_shown(request, context), answer)


def _shown(
    request: HttpRequest, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    fragment = target(request) in {"results", "customer-orders"}
    name = "orders/_results.html" if fragment else "orders/list.html"
    context["as_part"] = target(request) == "customer-orders"
    return render(request, name, context, status=status)


def _chips(chosen: list[str]) -> list[tuple[str, str, bool]]:
    return [
        (status, label, status in chosen) for status, label in showing.STATUSES.items()
    ]


def _without_cursor(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    return f"{reverse(name)}?{query.urlencode()}"


def _turned(request: HttpRequest, cursor: str | None) -> str:
    """Return the address of the page at a cursor, empty without one."""
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


def understood(request: HttpRequest, own: UUID | None) -> Asked:
    """Understand the form; a customer's own orders are all that customers find."""
    typed = {name: request.GET.get(name, "").strip() for name in _FIELDS}
    statuses = [s for s in request.GET.getlist("status") if s in showing.STATUSES]
    wanted = Asked(typed=typed, statuses=statuses)
    for name, text in typed.items():
        if text:
            _understand(wanted, name, text)
    if own is not None:
        wanted.values["customer_id"] = own
    return wanted


def _understand(wanted: Asked, name: str, text: str) -> None:
    try:
        key, value = _meaning(name, text)
    except ValueError as refused:
        wanted.errors[name] = str(refused)
    else:
        wanted.values[key] = value


def _meaning(name: str, text: str) -> tuple[str, Any]:
    if len(text) > MAX_SEARCH or _CONTROL.search(text):
        raise ValueError(f"Type 1 to {MAX_SEARCH} printable characters.")
    match name:
        case "customer":
            return "customer_id", _customer(text)
        case "from":
            return "created_after", _day(text)
        case "to":
            return "created_before", _day(text) + timedelta(days=1)
        case _:
            return "q", text


def _customer(text: str) -> UUID:
    """Return a customer's id from the id itself or from the whole e-mail address."""
    try:
        return UUID(text)
    except ValueError:
        card = directory.of_email(text)
    if card is None:
        raise ValueError("No customer has this id or e-mail address.")
    return card.customer_id


def _day(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("A date is written like 2026-01-31.") from None
    if not 2000 <= day.year < 9999:
        raise ValueError("This date is too far away.")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
