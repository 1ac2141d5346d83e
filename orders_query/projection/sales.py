"""What each event means for the tables of `sales`: by day and by product, in UTC.

A sale belongs to the day on which its order was placed; a cancellation takes it out
of that day again, so that a day's revenue is what its orders still bring in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal
from uuid import UUID

from orders_command.events import OrderCancelled, OrderCreated, Recorded

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


def tally(events: Iterable[Recorded], placed_before: Mapping[UUID, Recorded]) -> Sales:
    """
    Return what the events add up to.

    `placed_before` has the first event of each order that is cancelled here and was
    not placed here.
    """
    sales, placed = Sales(), dict(placed_before)
    for recorded in events:
        match recorded.event:
            case OrderCreated():
                placed[recorded.stream_id] = recorded
                _count(sales, recorded, recorded.event, sign=1)
            case OrderCancelled():
                first = placed[recorded.stream_id]
                assert isinstance(first.event, OrderCreated)
                _count(sales, first, first.event, sign=-1)
            case _:
                pass  # neither a status on the way nor a customer's name is a sale
    return sales


def cancelled_elsewhere(events: Iterable[Recorded]) -> set[UUID]:
    """Return the orders that are cancelled among these events but not placed there."""
    placed: set[UUID] = set()
    cancelled: set[UUID] = set()
    for recorded in events:
        if isinstance(recorded.event, OrderCreated):
            placed.add(recorded.stream_id)
        elif isinstance(recorded.event, OrderCancelled):
            cancelled.add(recorded.stream_id)
    return cancelled - placed


def _count(sales: Sales, placed: Recorded, order: OrderCreated, *, sign: int) -> None:
    day = placed.occurred_at.astimezone(UTC).date()
    total = sales.days.setdefault((day, order.currency), DayTally())
    if sign > 0:
        total.orders += 1
    else:
        total.cancelled += 1
    total.revenue += sign * order.total
    for item in order.items:
        key = day, item.product_id, order.currency
        sold = sales.products.setdefault(key, ProductTally())
        sold.quantity += sign * item.quantity
        sold.revenue += sign * item.total
    for product_id in {item.product_id for item in order.items}:
        sales.products[day, product_id, order.currency].orders += sign
