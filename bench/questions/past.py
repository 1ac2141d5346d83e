"""The list of orders as it stood at a time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bench.questions.asking import Question, at, listed
from bench.questions.known import Known
from orders_query.queries import Filters, Ordering, Page


def as_of(k: Known) -> Iterator[Question]:
    """Yield the orderings, statuses and filters, of a year ago and of yesterday."""
    for name, days in {"a year ago": 365, "yesterday": 1}.items():
        time = k.now - timedelta(days=days)
        then = Filters(as_of=time)
        yield from _ordered(k, f"as of {name}", then)
        yield from _of_statuses(f"as of {name}", then)
        for what, filters in _more(k, time).items():
            yield f"as of {name}, {what}", listed(replace(then, **filters))


def _ordered(k: Known, name: str, then: Filters) -> Iterator[Question]:
    for ordering in Ordering:
        page = Page(ordering=ordering)
        yield f"{name} by {ordering.value[0]}", listed(then, page)
    yield f"{name}, oldest first", listed(then, Page(descending=False))
    deep = at(Page(), k.places[Ordering.CREATED_AT, True])
    yield f"{name}, deep", listed(then, deep)


def _of_statuses(name: str, then: Filters) -> Iterator[Question]:
    for status in ("PENDING", "SHIPPED", "DELIVERED", "CANCELLED"):
        yield f"{name}, status={status}", listed(replace(then, statuses=(status,)))
    both = replace(then, statuses=("PENDING", "CONFIRMED"))
    yield f"{name}, two statuses", listed(both)
    page = Page(ordering=Ordering.LAST_UPDATED_AT)
    shipped = replace(then, statuses=("SHIPPED",))
    yield f"{name}, status=SHIPPED by last_updated_at", listed(shipped, page)


def _more(k: Known, time: datetime) -> dict[str, dict[str, Any]]:
    pending = {"customer_id": k.big, "statuses": ("PENDING",)}
    month = {
        "created_after": time - timedelta(days=40),
        "created_before": time - timedelta(days=10),
    }
    return {
        "customerId, large": {"customer_id": k.big},
        "customerId, small": {"customer_id": k.small},
        "customerId, large, status=PENDING": pending,
        "q: common name": {"q": "son"},
        "q: rare name": {"q": "xanthop"},
        "q: order number": {"q": k.number},
        "minTotal=700": {"min_total": Decimal(700)},
        "ids, 200": {"ids": k.ids},
        "created in a month": month,
    }
