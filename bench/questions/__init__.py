"""Every question that the read side answers, asked of orders that are there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from bench.questions.asking import Question, at, listed
from bench.questions.filters import by_filter
from bench.questions.known import Known, known
from bench.questions.past import as_of
from bench.questions.searching import searches
from orders_query import queries
from orders_query.queries import Days, Moment, Ordering, Page

__all__ = ["Known", "Question", "known", "questions"]


def questions(k: Known) -> Iterator[Question]:
    """Yield each question with the call that asks it."""
    yield from _orderings(k)
    yield from by_filter(k)
    yield from searches(k)
    yield from as_of(k)
    yield from _single(k)
    yield from _following(k)
    yield from _sums(k)


def _orderings(k: Known) -> Iterator[Question]:
    for ordering in Ordering:
        for descending in (True, False):
            page = Page(ordering=ordering, descending=descending)
            name = f"all by {'-' if descending else ''}{ordering.value[0]}"
            yield name, listed(page=page)
            place = k.places[ordering, descending]
            yield f"{name}, page 10,000", listed(page=at(page, place))
            back = at(page, replace(place, back=True))
            yield f"{name}, backwards from there", listed(page=back)


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


def _changes(after: int, **whose: Any) -> Callable[[], Any]:
    return partial(queries.changes, after=after, limit=50, **whose)
