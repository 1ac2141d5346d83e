"""The questions about orders."""

from decimal import Decimal
from uuid import UUID

from django.conf import settings

from orders_query.queries import statements
from orders_query.queries.answers import (
    Answer,
    CustomerNotFound,
    NotYetConsistent,
    OrderNotFound,
)
from orders_query.queries.filters import Filters, Page, Place, pack, unpack
from orders_query.queries.folding import history_from_log, order_from_log
from orders_query.queries.reading import Question, Row, read


def order(
    order_id: UUID, *, at_least: int = 0, caller: str = "", only_of: UUID | None = None
) -> Answer:
    """
    Return one order with its items and remarks; from the log itself if need be.

    `only_of` makes every other customer's order an unknown one.

    :raises OrderNotFound: if there is none at `at_least` or later
    :raises NotYetConsistent: if nothing that far can be had in time
    """
    asked = Question(
        sql=statements.ORDER, parameters={"order_id": order_id, "only_of": only_of}
    )
    try:
        row = read(asked, at_least=at_least, caller=caller)
    except NotYetConsistent:
        return order_from_log(order_id, at_least=at_least, only_of=only_of)
    return _single(row, OrderNotFound)


def history(
    order_id: UUID, *, at_least: int = 0, caller: str = "", only_of: UUID | None = None
) -> Answer:
    """Return the events of one order, oldest first; otherwise as `order`."""
    asked = Question(
        sql=statements.HISTORY, parameters={"order_id": order_id, "only_of": only_of}
    )
    try:
        row = read(asked, at_least=at_least, caller=caller)
    except NotYetConsistent:
        return history_from_log(order_id, at_least=at_least, only_of=only_of)
    return _single(row, OrderNotFound)


def orders(
    filters: Filters, *, page: Page, at_least: int = 0, caller: str = ""
) -> Answer:
    """
    Return a page of orders.

    :raises BadCursor: if the page's cursor does not belong here
    :raises NotYetConsistent: if nothing as far as `at_least` can be had in time
    """
    return _page(filters, page, at_least=at_least, caller=caller, of_customer=False)


def orders_of(
    customer_id: UUID, *, page: Page, at_least: int = 0, caller: str = ""
) -> Answer:
    """
    Return a page of a customer's orders; none is an empty list.

    :raises CustomerNotFound: if there is no such customer
    """
    filters = Filters(customer_id=customer_id)
    return _page(filters, page, at_least=at_least, caller=caller, of_customer=True)


def customer_summary(
    customer_id: UUID, *, at_least: int = 0, caller: str = ""
) -> Answer:
    """
    Return what a customer's orders add up to, in the shop's currency if it has any.

    :raises CustomerNotFound: if there is no such customer
    """
    asked = Question(
        sql=statements.SUMMARY,
        parameters={
            "customer_id": customer_id,
            "currency": settings.DEFAULT_CURRENCY,
            "zero": Decimal(0).scaleb(-settings.DEFAULT_CURRENCY_DIGITS),
        },
    )
    return _single(read(asked, at_least=at_least, caller=caller), CustomerNotFound)


def _single(row: Row, unknown: type[OrderNotFound] | type[CustomerNotFound]) -> Answer:
    if not row.known:
        raise unknown(position=row.position, source=row.source)
    body, version = row.values
    return Answer(
        body=body.encode(), position=row.position, source=row.source, version=version
    )


def _page(
    filters: Filters, page: Page, *, at_least: int, caller: str, of_customer: bool
) -> Answer:
    place = unpack(page)
    sql, parameters = statements.listing(filters, page, place, of_customer=of_customer)
    # The next page is never older than the one before.
    at_least = max(at_least, place.position if place else 0)
    asked = Question(sql=sql, parameters=parameters)
    row = read(asked, at_least=at_least, caller=caller)
    if not row.known:
        raise CustomerNotFound(position=row.position, source=row.source)
    body, value, last_id = row.values
    following = None
    if value is not None:
        ended = Place(value=value, order_id=last_id, position=row.position)
        following = pack(page, ended)
    return Answer(
        body=body.encode(), position=row.position, source=row.source, next=following
    )
