"""What the form above the list of orders asks for, and what of it is not understood."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from customers import directory
from orders_query.pages import showing
from orders_query.queries import Filters, Ordering, Page

MAX_SEARCH = 200
NEWEST_FIRST = "-createdAt"
# What the fields are called where an error is told away from them.
LABELS = {
    "q": "Search",
    "ordering": "Sort",
    "status": "Status",
    "customer": "Customer",
    "from": "First day",
    "to": "Last day",
    "minTotal": "Total from",
    "maxTotal": "Total to",
}
# Named as the API names them, in the order in which they are offered.
ORDERINGS = {
    "-createdAt": ("Newest", Ordering.CREATED_AT),
    "createdAt": ("Oldest", Ordering.CREATED_AT),
    "-lastUpdatedAt": ("Last changed", Ordering.LAST_UPDATED_AT),
    "lastUpdatedAt": ("Longest unchanged", Ordering.LAST_UPDATED_AT),
    "-total": ("Largest total", Ordering.TOTAL),
    "total": ("Smallest total", Ordering.TOTAL),
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,4})?\Z", re.ASCII)


@dataclass(kw_only=True)
class Asked:
    """What was typed, what it means, and what of it cannot be understood."""

    typed: dict[str, str]
    statuses: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    ordering: str = NEWEST_FIRST
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def filters(self) -> Filters:
        return Filters(statuses=tuple(self.statuses), **self.values)

    @property
    def is_filtered(self) -> bool:
        typed = (text for name, text in self.typed.items() if name != "ordering")
        return bool(self.statuses or any(typed))

    @property
    def in_words(self) -> str:
        """Return in which order the orders come."""
        return f"{ORDERINGS[self.ordering][0].lower()} first"

    @property
    def column(self) -> Ordering:
        return ORDERINGS[self.ordering][1]

    @property
    def is_descending(self) -> bool:
        return self.ordering.startswith("-")

    def page(self, *, limit: int, cursor: str | None = None) -> Page:
        return Page(
            limit=limit,
            ordering=self.column,
            descending=self.is_descending,
            cursor=cursor,
        )


def understood(request: HttpRequest, own: UUID | None) -> Asked:
    """Understand the form; a customer's own orders are all that customers find."""
    # Looking a customer up would tell somebody else's address from nobody's.
    known = _MEANINGS.keys() - ({"customer"} if own else set())
    typed = {name: request.GET.get(name, "").strip() for name in known}
    asked = Asked(typed=typed, statuses=request.GET.getlist("status"))
    if not showing.STATUSES.keys() >= set(asked.statuses):
        asked.errors["status"] = "There is no such status."
    for name, text in typed.items():
        if text:
            _understand(asked, name, text)
    asked.ordering = asked.values.pop("ordering", NEWEST_FIRST)
    if own is not None:
        asked.values["customer_id"] = own
    return asked


def _understand(asked: Asked, name: str, text: str) -> None:
    key, read = _MEANINGS[name]
    try:
        asked.values[key] = read(_printable(text))
    except ValueError as refused:
        asked.errors[name] = str(refused)


def _printable(text: str) -> str:
    if len(text) > MAX_SEARCH or CONTROL.search(text):
        raise ValueError(f"Type 1 to {MAX_SEARCH} printable characters.")
    return text


def _ordering(text: str) -> str:
    if text not in ORDERINGS:
        raise ValueError("Orders cannot be sorted so.")
    return text


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


def _day_after(text: str) -> datetime:
    return _day(text) + timedelta(days=1)


def _amount(text: str) -> Decimal:
    if not _AMOUNT.match(text):
        raise ValueError("Write 12 or 99.90.")
    return Decimal(text)


_MEANINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "q": ("q", str),
    "ordering": ("ordering", _ordering),
    "customer": ("customer_id", _customer),
    "from": ("created_after", _day),
    "to": ("created_before", _day_after),
    "minTotal": ("min_total", _amount),
    "maxTotal": ("max_total", _amount),
}
