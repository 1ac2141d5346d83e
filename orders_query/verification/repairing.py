"""Writes one order's rows anew from the log, with all that adds up over them."""

from uuid import UUID

from django.db import connections, transaction

from orders_command import feed
from orders_command.events import OrderCreated, Recorded
from orders_query.databases import PRIMARY
from orders_query.projection import Rows, apply
from orders_query.projector import follow, save, sets, stand_of, words_of_the_day
from orders_query.verification import repairs
from orders_query.verification.nodes import CannotVerify


def repair(order_id: UUID) -> list[str]:
    """
    Bring an order, its customer's totals, the counts and its day's sales in line.

    In one transaction, with the projector held; return what was done. What was parked
    of the order is forgotten: its events are in the rows now.

    :raises CannotVerify: if the log does not know the order
    """
    with transaction.atomic(using=PRIMARY):
        _do(repairs.HOLD, names=list(sets.TABLES))
        position = _level()
        events = [e for e in feed.events_of(order_id) if e.position <= position]
        if not events:
            raise CannotVerify(f"The log has no order {order_id} up to {position}.")
        _write_rows(order_id, events)
        return [
            f"order {order_id} is written anew: {len(events)} events up to {position}",
            *_write_sums(order_id, events[0]),
        ]


def _level() -> int:
    """Bring both projections to the same position: sales are summed over the rows."""
    orders, sales = (stand_of(name).position for name in (sets.ORDERS, sets.SALES))
    if orders != sales:
        behind = sets.ORDERS if orders < sales else sets.SALES
        low, high = sorted((orders, sales))
        follow(behind, low, feed.settled(after=low, up_to=high))
    return max(orders, sales)


def _write_rows(order_id: UUID, events: list[Recorded]) -> None:
    for statement in repairs.FORGET_ORDER:
        _do(statement, order_id=order_id)
    rows = Rows()
    for event in events:
        apply(rows, event)
    words = words_of_the_day(rows)
    rows.totals.clear()  # what adds up is summed anew below
    rows.counts.clear()
    save(rows, words)


def _write_sums(order_id: UUID, first: Recorded) -> list[str]:
    assert isinstance(first.event, OrderCreated)
    customer_id = first.event.customer_id
    day = first.occurred_at.date()
    _do(repairs.TOTALS, customer_id=customer_id)
    for statement in (*repairs.COUNTS, *repairs.SALES):
        _do(statement, day=day)
    return [
        f"the totals of customer {customer_id} are summed anew",
        "the orders in each status are counted anew",
        f"the sales of {day} are summed anew",
    ]


def _do(statement: str, **parameters: object) -> None:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
