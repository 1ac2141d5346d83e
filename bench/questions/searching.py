"""The list of orders by a word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bench.questions.asking import Question, at, listed
from bench.questions.known import Known
from orders_query.queries import Filters, Ordering, Page


def searches(k: Known) -> Iterator[Question]:
    """Yield each kind of word, and a rare and a common name with other filters."""
    words = _words(k)
    for name, q in words.items():
        yield f"q: {name}", listed(Filters(q=q))
    for name in ("rare name", "common name"):
        yield from _with_others(k, name, Filters(q=words[name]))


def _words(k: Known) -> dict[str, str]:
    return {
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


def _with_others(k: Known, name: str, filters: Filters) -> Iterator[Question]:
    deep = at(Page(), k.places[Ordering.CREATED_AT, True])
    yield f"q: {name}, page 10,000", listed(filters, deep)
    yield f"q: {name} by total", listed(filters, Page(ordering=Ordering.TOTAL))
    open_ones = replace(filters, statuses=("PENDING",))
    yield f"q: {name}, status=PENDING", listed(open_ones)
    delivered = replace(filters, statuses=("DELIVERED",))
    yield f"q: {name}, status=DELIVERED", listed(delivered)
    of_customer = replace(filters, customer_id=k.big)
    yield f"q: {name}, customerId, large", listed(of_customer)
    old = replace(filters, created_before=k.now - timedelta(days=600))
    yield f"q: {name}, createdBefore long ago", listed(old)
