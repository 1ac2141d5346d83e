"""The questions about orders."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from orders_query.queries import statements
from orders_query.queries.answers import (
    Answer,
    CustomerNotFound,
    NotYetConsistent,
    OrderNotFound,
    Unknown,
    VersionNotFound,
)
from orders_query.queries.asking import ANYBODY, Reader
from orders_query.queries.filters import Filters, Page, Place, pack, unpack
from orders_query.queries.folding import history_from_log, order_from_log
from orders_query.queries.listing import listing
from orders_query.queries.reading import Question, Row, read


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Which state of an order: as it is, after its Nth event, or as it stood then."""

    version: int | None = None
    as_of: datetime | None = None

    @property
    def kind(self) -> str:
        if self.version is not None:
            return "version"
        return "now" if self.as_of is None else "as_of"


NOW = Moment()


def order(
    order_id: UUID,
    *,
    reader: Reader = ANYBODY,
    only_of: UUID | None = None,
    at: Moment = NOW,
    expand: frozenset[str] = frozenset(),
) -> Answer:
    """
    Return one order with its items and remarks; from the log itself if need be.

    `only_of` makes every other customer's order an unknown one. `expand` adds its
    "history" up to that moment, or its "customer".

    :raises OrderNotFound: if there is none that the reader may see
    :raises VersionNotFound: if it has no such version, or was not there at that time
    :raises NotYetConsistent: if nothing fresh enough can be had in time
    """
    asked = Question(
        sql=statements.order(at.kind, expand),
        parameters={"order_id": order_id, "only_of": only_of, **vars(at)},
    )
    row = _read_or_none(asked, reader)
    if row is None:
        return order_from_log(
            order_id,
            reader=reader,
            only_of=only_of,
            version=at.version,
            as_of=at.as_of,
            expand=expand,
        )
    is_there = row.known is False
    return _single(row, VersionNotFound if is_there else OrderNotFound)


def history(
    order_id: UUID, *, reader: Reader = ANYBODY, only_of: UUID | None = None
) -> Answer:
    """Return the events of one order, oldest first; otherwise as `order`."""
    asked = Question(
        sql=statements.HISTORY, parameters={"order_id": order_id, "only_of": only_of}
    )
    row = _read_or_none(asked, reader)
    if row is None:
        return history_from_log(order_id, reader=reader, only_of=only_of)
    return _single(row, OrderNotFound)


def orders(filters: Filters, *, page: Page, reader: Reader = ANYBODY) -> Answer:
    """
    Return a page of orders, as they are or as they stood at `filters.as_of`.

    :raises BadCursor: if the page's cursor does not belong here
    :raises NotYetConsistent: if nothing fresh enough can be had in time
    """
    return _page(filters, page, reader=reader, of_customer=False)


def orders_of(customer_id: UUID, *, page: Page, reader: Reader = ANYBODY) -> Answer:
    """
    Return a page of a customer's orders; none is an empty list.

    :raises CustomerNotFound: if there is no such customer
    """
    filters = Filters(customer_id=customer_id)
    return _page(filters, page, reader=reader, of_customer=True)


def status_counts(
    *, customer_id: UUID | None = None, reader: Reader = ANYBODY
) -> Answer:
    """Return how many orders are in each status, of all or of one customer."""
    sql = statements.COUNTS if customer_id is None else statements.COUNTS_OF
    asked = Question(sql=sql, parameters={"customer_id": customer_id})
    return _single(read(asked, reader=reader), OrderNotFound)


def customer_summary(
    customer_id: UUID, *, of_each: bool = False, reader: Reader = ANYBODY
) -> Answer:
    """
    Return what a customer's orders add up to, in the shop's currency if it has any;
    `of_each` of its currencies beside it.

    :raises CustomerNotFound: if there is no such customer
    """
    asked = Question(
        sql=statements.SUMMARY_OF_EACH if of_each else statements.SUMMARY,
        parameters={
            "customer_id": customer_id,
            "currency": settings.DEFAULT_CURRENCY,
            "zero": Decimal(0).scaleb(-settings.DEFAULT_CURRENCY_DIGITS),
        },
    )
    return _single(read(asked, reader=reader), CustomerNotFound)


def customer_totals(customer_id: UUID, *, reader: Reader = ANYBODY) -> Answer:
    """
    Return what a customer's orders add up to, in each of their currencies.

    :raises CustomerNotFound: if there is no such customer
    """
    asked = Question(sql=statements.TOTALS, parameters={"customer_id": customer_id})
    return _single(read(asked, reader=reader), CustomerNotFound)


def _read_or_none(asked: Question, reader: Reader) -> Row | None:
    """Return what a read table answers; None if only the log can tell."""
    try:
        row = read(asked, reader=reader)
    except NotYetConsistent:
        return None
    *_, lacks_an_event = row.values
    return None if lacks_an_event else row


def _single(row: Row, unknown: type[Unknown]) -> Answer:
    if not row.known:
        raise unknown(position=row.position, source=row.source, age_ms=row.age_ms)
    body, version, *_ = row.values
    return _answer(row, body, version=version)


def _page(filters: Filters, page: Page, *, reader: Reader, of_customer: bool) -> Answer:
    place = unpack(page)
    sql, parameters = listing(filters, page, place, of_customer=of_customer)
    # The next page is never older than the one before.
    at_least = max(reader.at_least, place.position if place else 0)
    asked = Question(sql=sql, parameters=parameters)
    row = read(asked, reader=replace(reader, at_least=at_least))
    if not row.known:
        raise CustomerNotFound(
            position=row.position, source=row.source, age_ms=row.age_ms
        )
    body, *edges = row.values
    return _answer(row, body, **_links(page, place, row.position, edges))


def _links(
    page: Page, place: Place | None, position: int, edges: list[Any]
) -> dict[str, str]:
    """Return the cursors of the pages on either side, where there is one."""
    near_key, near_id, far_key, far_id, has_more = edges
    if near_id is None:
        return {}
    onward, backward = "next", "previous"
    if place is not None and place.back:
        onward, backward = backward, onward
    links = {}
    if has_more:
        beyond = Place(
            value=far_key, order_id=far_id, position=position, back=onward != "next"
        )
        links[onward] = pack(page, beyond)
    if place is not None:
        behind = Place(
            value=near_key, order_id=near_id, position=position, back=onward == "next"
        )
        links[backward] = pack(page, behind)
    return links


def _answer(row: Row, body: str, **more: Any) -> Answer:
    return Answer(
        body=body.encode(),
        position=row.position,
        source=row.source,
        age_ms=row.age_ms,
        **more,
    )
