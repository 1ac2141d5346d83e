"""The list of orders by each of its filters, and by those that are used together."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from bench.questions.asking import Question, at, listed
from bench.questions.known import Known
from orders_query import queries
from orders_query.queries import Filters, Ordering, Page

_PENDING, _DELIVERED = {"statuses": ("PENDING",)}, {"statuses": ("DELIVERED",)}
_CANCELLED = {"statuses": ("CANCELLED",)}
_OPEN = {"statuses": ("PENDING", "CONFIRMED")}
_CLOSED = {"statuses": ("DELIVERED", "CANCELLED")}
_BY_TOTAL = Page(ordering=Ordering.TOTAL)
_BY_CHANGE = Page(ordering=Ordering.LAST_UPDATED_AT)
_DEAR = {"min_total": Decimal(700)}


def by_filter(k: Known) -> Iterator[Question]:
    """Yield each filter, alone and with others."""
    for asked in (_by_status(k), _of_customers(k), _by_time(k), _by_total(k)):
        for name, filters, page in asked:
            yield name, listed(Filters(**filters), page)
    yield from _orders_of(k)


_Asked = Iterator[tuple[str, dict[str, Any], Page]]


def _by_status(k: Known) -> _Asked:
    deep = _deep(k)
    yield "status=PENDING", _PENDING, Page()
    yield "status=PENDING, page of 200", _PENDING, Page(limit=200)
    yield "status=DELIVERED", _DELIVERED, Page()
    yield "status=DELIVERED, page 10,000", _DELIVERED, deep
    yield "status=DELIVERED, oldest first", _DELIVERED, Page(descending=False)
    yield "status=PENDING by total", _PENDING, _BY_TOTAL
    yield "status=DELIVERED by total", _DELIVERED, _BY_TOTAL
    yield "status=PENDING by lastUpdatedAt", _PENDING, _BY_CHANGE
    yield "status=CANCELLED by lastUpdatedAt", _CANCELLED, _BY_CHANGE
    yield "two statuses, open", _OPEN, Page()
    yield "two statuses, closed", _CLOSED, Page()
    yield "two statuses, open, page 10,000", _OPEN, deep
    yield "two statuses, closed, page 10,000", _CLOSED, deep
    yield "two statuses, open, by total", _OPEN, _BY_TOTAL


def _of_customers(k: Known) -> _Asked:
    big, small = {"customer_id": k.big}, {"customer_id": k.small}
    yield "customerId, large", big, Page()
    yield "customerId, small", small, Page()
    yield "customerId, large, half way down", big, _deep(k)
    yield "customerId, large, by total", big, _BY_TOTAL
    yield "customerId, large, status=PENDING", {**big, **_PENDING}, Page()
    yield "customerId, large, status=DELIVERED", {**big, **_DELIVERED}, Page()
    yield "ids, 200", {"ids": k.ids}, Page(limit=200)
    yield "ids, 200, status=DELIVERED", {"ids": k.ids, **_DELIVERED}, Page()


def _by_time(k: Known) -> _Asked:
    after = {"created_after": k.now - timedelta(days=400)}
    before = {"created_before": k.now - timedelta(days=370)}
    long_ago = {"created_before": k.now - timedelta(days=720)}
    month = {**after, **before}
    yield "createdAfter, 400 days ago", after, Page()
    yield "createdBefore, 370 days ago", before, Page()
    yield "a month", month, Page()
    yield "a month by total", month, _BY_TOTAL
    yield "a month by lastUpdatedAt", month, _BY_CHANGE
    yield "a month, status=PENDING", {**month, **_PENDING}, Page()
    yield "a month, status=CANCELLED by total", {**month, **_CANCELLED}, _BY_TOTAL
    yield "createdBefore, 720 days ago, by total", long_ago, _BY_TOTAL
    yield "minTotal=700, a month", {**_DEAR, **month}, Page()


def _by_total(_: Known) -> _Asked:
    between = {"min_total": Decimal(100), "max_total": Decimal(101)}
    yield "minTotal=700", _DEAR, Page()
    yield "minTotal=100000, nothing", {"min_total": Decimal(100_000)}, Page()
    yield "minTotal=700 by total, dearest", _DEAR, _BY_TOTAL
    yield "maxTotal=15", {"max_total": Decimal(15)}, Page()
    yield "minTotal=100, maxTotal=101", between, Page()
    yield "minTotal=700, status=PENDING", {**_DEAR, **_PENDING}, Page()
    yield "minTotal=700, status=DELIVERED", {**_DEAR, **_DELIVERED}, Page()


def _orders_of(k: Known) -> Iterator[Question]:
    for name, customer in {"large": k.big, "small": k.small}.items():
        asked = partial(queries.orders_of, customer, page=Page())
        yield f"orders of a customer, {name}", asked


def _deep(k: Known) -> Page:
    return at(Page(), k.places[Ordering.CREATED_AT, True])
