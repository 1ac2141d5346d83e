"""Every question that the read side answers, asked of orders that are there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg

from orders_query import queries
from orders_query.queries import Days, Filters, Moment, Ordering, Page
from orders_query.queries.filters import Place, pack

Question = tuple[str, Callable[[], Any]]
DEEP = 10_000  # pages of fifty


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is asked for: taken from the rows, so that there is something to find."""

    big: UUID  # customers
    small: UUID
    order: UUID
    number: str
    reference: str
    placed: datetime
    ids: tuple[UUID, ...]
    head: int
    now: datetime
    places: dict[tuple[Ordering, bool], Place]


def known(connection: psycopg.Connection) -> Known:
    """Look up what to ask for; it may take its time."""

    def one(sql: str) -> Any:
        found = connection.execute(sql).fetchone()
        assert found is not None, sql
        return found if len(found) > 1 else found[0]

    customers = "select customer_id from orders_query_customertotals"
    delivered = (
        "from orders_query_orderreadmodel where status = 'DELIVERED'"
        " and reference is not null order by order_id"
        " offset (select count(*) / 6 from orders_query_orderreadmodel) limit 1"
    )
    order, number, reference, placed = one(
        f"select order_id, order_number, reference, created_at {delivered}"
    )
    ids = connection.execute(
        "select order_id from orders_query_orderreadmodel"
        " order by order_number limit 200"
    )
    return Known(
        big=one(f"{customers} order by order_count desc limit 1"),
        small=one(f"{customers} where order_count = 3 limit 1"),
        order=order,
        number=number,
        reference=reference,
        placed=placed,
        ids=tuple(found for (found,) in ids),
        head=one("select position from orders_query_checkpoint where name = 'orders'"),
        now=one("select max(last_updated_at) from orders_query_orderreadmodel"),
        places={
            (ordering, way): _place(connection, ordering, descending=way)
            for ordering in Ordering
            for way in (True, False)
        },
    )


def questions(k: Known) -> Iterator[Question]:
    """Yield each question with the call that asks it."""
    yield from _orderings(k)
    yield from _filters(k)
    yield from _searches(k)
    yield from _as_of(k)
    yield from _single(k)
    yield from _following(k)
    yield from _sums(k)


def _orderings(k: Known) -> Iterator[Question]:
    for ordering in Ordering:
        for descending in (True, False):
            page = Page(ordering=ordering, descending=descending)
            name = f"all by {'-' if descending else ''}{ordering.value[0]}"
            yield name, _list(page=page)
            place = k.places[ordering, descending]
            yield f"{name}, page 10,000", _list(page=_at(page, place))
            back = _at(page, replace(place, back=True))
            yield f"{name}, backwards from there", _list(page=back)


def _filters(k: Known) -> Iterator[Question]:
    total, changed = (
        Page(ordering=Ordering.TOTAL),
        Page(ordering=Ordering.LAST_UPDATED_AT),
    )
    deep = _at(Page(), k.places[Ordering.CREATED_AT, True])
    pending, delivered = ("PENDING",), ("DELIVERED",)
    cancelled = ("CANCELLED",)
    month = {
        "created_after": k.now - timedelta(days=400),
        "created_before": k.now - timedelta(days=370),
    }
    dear, cheap = Decimal(700), Decimal(15)
    asked: dict[str, tuple[dict[str, Any], Page]] = {
        "status=PENDING": ({"statuses": pending}, Page()),
        "status=PENDING, page of 200": ({"statuses": pending}, Page(limit=200)),
        "status=DELIVERED": ({"statuses": delivered}, Page()),
        "status=DELIVERED, page 10,000": ({"statuses": delivered}, deep),
        "status=DELIVERED, oldest first": (
            {"statuses": delivered},
            Page(descending=False),
        ),
        "status=PENDING by total": ({"statuses": pending}, total),
        "status=DELIVERED by total": ({"statuses": delivered}, total),
        "status=PENDING by lastUpdatedAt": ({"statuses": pending}, changed),
        "status=CANCELLED by lastUpdatedAt": ({"statuses": cancelled}, changed),
        "two statuses, open": ({"statuses": ("PENDING", "CONFIRMED")}, Page()),
        "two statuses, closed": ({"statuses": ("DELIVERED", "CANCELLED")}, Page()),
        "two statuses, open, page 10,000": (
            {"statuses": ("PENDING", "CONFIRMED")},
            deep,
        ),
        "two statuses, closed, page 10,000": (
            {"statuses": ("DELIVERED", "CANCELLED")},
            deep,
        ),
        "two statuses, open, by total": ({"statuses": ("PENDING", "CONFIRMED")}, total),
        "customerId, large": ({"customer_id": k.big}, Page()),
        "customerId, small": ({"customer_id": k.small}, Page()),
        "customerId, large, half way down": ({"customer_id": k.big}, deep),
        "customerId, large, by total": ({"customer_id": k.big}, total),
        "customerId, large, status=PENDING": (
            {"customer_id": k.big, "statuses": pending},
            Page(),
        ),
        "customerId, large, status=DELIVERED": (
            {"customer_id": k.big, "statuses": delivered},
            Page(),
        ),
        "createdAfter, 400 days ago": (
            {"created_after": month["created_after"]},
            Page(),
        ),
        "createdBefore, 370 days ago": (
            {"created_before": month["created_before"]},
            Page(),
        ),
        "a month": (month, Page()),
        "a month by total": (month, total),
        "a month by lastUpdatedAt": (month, changed),
        "a month, status=PENDING": ({**month, "statuses": pending}, Page()),
        "a month, status=CANCELLED by total": ({**month, "statuses": cancelled}, total),
        "createdBefore, 720 days ago, by total": (
            {"created_before": k.now - timedelta(days=720)},
            total,
        ),
        "minTotal=700": ({"min_total": dear}, Page()),
        "minTotal=100000, nothing": ({"min_total": Decimal(100_000)}, Page()),
        "minTotal=700 by total, dearest": ({"min_total": dear}, total),
        "maxTotal=15": ({"max_total": cheap}, Page()),
        "minTotal=100, maxTotal=101": (
            {"min_total": Decimal(100), "max_total": Decimal(101)},
            Page(),
        ),
        "minTotal=700, status=PENDING": (
            {"min_total": dear, "statuses": pending},
            Page(),
        ),
        "minTotal=700, status=DELIVERED": (
            {"min_total": dear, "statuses": delivered},
            Page(),
        ),
        "minTotal=700, a month": ({"min_total": dear, **month}, Page()),
        "ids, 200": ({"ids": k.ids}, Page(limit=200)),
        "ids, 200, status=DELIVERED": ({"ids": k.ids, "statuses": delivered}, Page()),
    }
    for name, (filters, page) in asked.items():
        yield name, _list(Filters(**filters), page)
    yield "orders of a customer, large", partial(queries.orders_of, k.big, page=Page())
    yield (
        "orders of a customer, small",
        partial(queries.orders_of, k.small, page=Page()),
    )


def _searches(k: Known) -> Iterator[Question]:
    words = {
        "order number": k.number,
        "order id": str(k.order),
        "reference": k.reference,
        "product, common": "p-0000",
        "product, rare": "p-1999",
        "rare name": "xanthop",
        "name, three letters, rare": "zo ",
        "common name": "son",
        "whole common name": "Margaret Anderson",
        "e-mail, common part": "example.org",
        "e-mail, whole": "ada.anderson7@example.org",
        "nothing": "qqqqqqqq",
        "nothing, three characters": "qqq",
        "two characters": "qq",
    }
    deep = _at(Page(), k.places[Ordering.CREATED_AT, True])
    for name, q in words.items():
        yield f"q: {name}", _list(Filters(q=q))
    for name in ("rare name", "common name"):
        filters = Filters(q=words[name])
        yield f"q: {name}, page 10,000", _list(filters, deep)
        yield f"q: {name} by total", _list(filters, Page(ordering=Ordering.TOTAL))
        open_ones = replace(filters, statuses=("PENDING",))
        yield f"q: {name}, status=PENDING", _list(open_ones)
        delivered = replace(filters, statuses=("DELIVERED",))
        yield f"q: {name}, status=DELIVERED", _list(delivered)
        of_customer = replace(filters, customer_id=k.big)
        yield f"q: {name}, customerId, large", _list(of_customer)
        old = replace(filters, created_before=k.now - timedelta(days=600))
        yield f"q: {name}, createdBefore long ago", _list(old)


def _as_of(k: Known) -> Iterator[Question]:
    deep = k.places[Ordering.CREATED_AT, True]
    times = {"a year ago": timedelta(days=365), "yesterday": timedelta(days=1)}
    orderings = {f" by {o.value[0]}": Page(ordering=o) for o in Ordering}
    for name, before in times.items():
        then = Filters(as_of=k.now - before)
        for way, page in orderings.items():
            yield f"as of {name}{way}", _list(then, page)
        yield f"as of {name}, oldest first", _list(then, Page(descending=False))
        yield f"as of {name}, deep", _list(then, _at(Page(), deep))
        for status in ("PENDING", "SHIPPED", "DELIVERED", "CANCELLED"):
            of_status = replace(then, statuses=(status,))
            yield f"as of {name}, status={status}", _list(of_status)
        both = replace(then, statuses=("PENDING", "CONFIRMED"))
        yield f"as of {name}, two statuses", _list(both)
        page = Page(ordering=Ordering.LAST_UPDATED_AT)
        shipped = replace(then, statuses=("SHIPPED",))
        yield f"as of {name}, status=SHIPPED by last_updated_at", _list(shipped, page)
        more: dict[str, dict[str, Any]] = {
            "customerId, large": {"customer_id": k.big},
            "customerId, small": {"customer_id": k.small},
            "customerId, large, status=PENDING": {
                "customer_id": k.big,
                "statuses": ("PENDING",),
            },
            "q: common name": {"q": "son"},
            "q: rare name": {"q": "xanthop"},
            "q: order number": {"q": k.number},
            "minTotal=700": {"min_total": Decimal(700)},
            "ids, 200": {"ids": k.ids},
            "created in a month": {
                "created_after": k.now - before - timedelta(days=40),
                "created_before": k.now - before - timedelta(days=10),
            },
        }
        for what, filters in more.items():
            yield f"as of {name}, {what}", _list(replace(then, **filters))


def _single(k: Known) -> Iterator[Question]:
    everything = frozenset({"history", "customer"})
    then = k.placed + timedelta(hours=1)
    yield "an order", partial(queries.order, k.order)
    yield "an order, expanded", partial(queries.order, k.order, expand=everything)
    yield "an order at version 2", partial(queries.order, k.order, at=Moment(version=2))
    yield "an order as of then", partial(queries.order, k.order, at=Moment(as_of=then))
    yield "an order nobody knows", partial(queries.order, uuid4())
    yield "history of an order", partial(queries.history, k.order)


def _following(k: Known) -> Iterator[Question]:
    old, none = k.head - 3_000_000 if k.head > 3_500_000 else 60_000, uuid4()
    yield "changes of all from an old position", _changes(old)
    yield "changes of all, at the head", _changes(k.head)
    yield "changes of an order from an old position", _changes(0, order_id=k.order)
    yield "changes of a customer, large", _changes(old, only_of=k.big)
    yield "changes of a customer, small", _changes(old, only_of=k.small)
    yield "changes of an order nobody knows", _changes(0, order_id=none)
    yield "moved, from an old position", partial(queries.moved, after=old)
    yield "moved, at the head", partial(queries.moved, after=k.head)
    yield "here", queries.here


def _sums(k: Known) -> Iterator[Question]:
    last = k.now.astimezone(UTC).date()
    month = Days(first=last - timedelta(days=60), last=last - timedelta(days=30))
    products = partial(queries.product_sales, limit=50)
    yield "counts", queries.status_counts
    yield (
        "counts of a customer, large",
        partial(queries.status_counts, customer_id=k.big),
    )
    yield "summary of a customer", partial(queries.customer_summary, k.big)
    yield "sales by day, all", partial(queries.daily_sales, Days())
    yield "sales by day, a month", partial(queries.daily_sales, month)
    yield "sales by product, all", partial(products, Days())
    yield (
        "sales by product, a year",
        partial(products, Days(first=last - timedelta(days=365))),
    )
    yield "sales by product, a month", partial(products, month)
    yield "sales by product, a day", partial(products, Days(first=last, last=last))


def _list(
    filters: Filters | None = None, page: Page | None = None
) -> Callable[[], Any]:
    return partial(queries.orders, filters or Filters(), page=page or Page())


def _changes(after: int, **whose: Any) -> Callable[[], Any]:
    return partial(queries.changes, after=after, limit=50, **whose)


def _at(page: Page, place: Place) -> Page:
    return replace(page, cursor=pack(page, place))


def _place(
    connection: psycopg.Connection, ordering: Ordering, *, descending: bool
) -> Place:
    """Find where page 10,000 begins, or the middle if there are not so many."""
    way = "desc" if descending else "asc"
    column = ordering.value[0]
    found = connection.execute(
        f"select {column}::text, order_id from orders_query_orderreadmodel"
        f" order by {column} {way}, order_id {way} limit 1 offset"
        f" (select least({DEEP} * 50, count(*) / 2) from orders_query_orderreadmodel)"
    ).fetchone()
    assert found is not None
    return Place(value=found[0], order_id=found[1], position=0)
