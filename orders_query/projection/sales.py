"""What each event means for the tables of `sales`: by day and by product, in UTC.

A sale belongs to the day on which its order was placed. An amendment changes that day,
a cancellation takes out what is in it: revenue is what the orders still bring in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from orders_command.events import (
    Item,
    OrderCancelled,
    OrderCreated,
    OrderItemsAmended,
    Recorded,
    total_of,
)

Day = tuple[date, str]  # with a currency
Product = tuple[date, str, str]  # day, product, currency


@dataclass(kw_only=True)
class DayTally:
    """How much more, or less, a day has come to."""

    orders: int = 0
    cancelled: int = 0
    revenue: Decimal = Decimal()


@dataclass(kw_only=True)
class ProductTally:
    """How much more, or less, of a product was sold on a day."""

    quantity: int = 0
    orders: int = 0
    revenue: Decimal = Decimal()


@dataclass(kw_only=True)
class Sales:
    """What a batch of events adds to the days and products it touches."""

    days: dict[Day, DayTally] = field(default_factory=dict)
    products: dict[Product, ProductTally] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Sold:
    """An order as it counts: on its day, in its currency, with its lines of now."""

    day: date
    currency: str
    items: tuple[Item, ...]


def tally(events: Iterable[Recorded], earlier: Iterable[Recorded]) -> Sales:
    """
    Return what the events add up to.

    `earlier` are the first event, and the last amendment before these ones, of each
    order that is changed here and was not placed here.
    """
    sales, sold = Sales(), dict[UUID, _Sold]()
    for recorded in earlier:
        _follow(Sales(), sold, recorded)
    for recorded in events:
        _follow(sales, sold, recorded)
    return sales


def changed_elsewhere(events: Iterable[Recorded]) -> set[UUID]:
    """Return the orders whose sale changes among these events, and was made before."""
    placed: set[UUID] = set()
    changed: set[UUID] = set()
    for recorded in events:
        if isinstance(recorded.event, OrderCreated):
            placed.add(recorded.stream_id)
        elif isinstance(recorded.event, OrderItemsAmended | OrderCancelled):
            changed.add(recorded.stream_id)
    return changed - placed


def _follow(sales: Sales, sold: dict[UUID, _Sold], recorded: Recorded) -> None:
    """Let one more event count, and keep what its order is now."""
    order_id = recorded.stream_id
    match recorded.event:
        case OrderCreated(currency=currency, items=items):
            day = recorded.occurred_at.astimezone(UTC).date()
            order = sold[order_id] = _Sold(day=day, currency=currency, items=items)
            _day_of(sales, order).orders += 1
            _count(sales, order, sign=1)
        case OrderItemsAmended(items=items, previous_items=previous):
            order = sold[order_id]
            _count(sales, replace(order, items=previous), sign=-1)
            sold[order_id] = replace(order, items=items)
            _count(sales, sold[order_id], sign=1)
        case OrderCancelled():
            order = sold[order_id]
            _day_of(sales, order).cancelled += 1
            _count(sales, order, sign=-1)
        case _:
            pass  # neither a status on the way nor a customer's name is a sale


def _day_of(sales: Sales, order: _Sold) -> DayTally:
    return sales.days.setdefault((order.day, order.currency), DayTally())


def _count(sales: Sales, order: _Sold, *, sign: int) -> None:
    """Put an order's lines in, or take them out."""
    _day_of(sales, order).revenue += sign * total_of(order.items)
    for item in order.items:
        key = order.day, item.product_id, order.currency
        sold = sales.products.setdefault(key, ProductTally())
        sold.quantity += sign * item.quantity
        sold.revenue += sign * item.total
    for product_id in {item.product_id for item in order.items}:
        sales.products[order.day, product_id, order.currency].orders += sign
