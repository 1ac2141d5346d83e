"""A shop's day in the log: new orders, and steps of orders that came before them."""

import random
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from django.db import connection

from orders_command.domain.commands import (
    CancelOrder,
    Command,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.events import Item
from orders_command.handlers import handle, new_order, new_shipment

ACTOR = "system:bench"
OPEN = 300  # orders on their way at a time: a step is seldom in its order's batch


def happen(events: int, *, seed: int = 1) -> None:
    """Let so many commands of the usual mix be carried out, one by one."""
    dice = random.Random(seed)
    with connection.cursor() as cursor:
        # How they came into the log is not what is measured.
        cursor.execute("set synchronous_commit = off")
        cursor.execute("select id from customers_customer where erased_at is null")
        customers = [customer_id for (customer_id,) in cursor.fetchall()]
    for command in _mix(events, customers, dice):
        handle(command, actor=ACTOR)
    connection.close()


def _mix(events: int, customers: list[UUID], dice: random.Random) -> Iterator[Command]:
    """Yield commands: of three to four events one is a new order's."""
    on_their_way: list[list[Command]] = []
    for _ in range(events):
        if len(on_their_way) < OPEN:
            order = _new(customers[int(len(customers) * dice.random() ** 2)], dice)
            on_their_way.append(_rest(order.order_id, dice.random()))
            yield order
            continue
        place = dice.randrange(len(on_their_way))
        yield on_their_way[place].pop(0)
        if not on_their_way[place]:
            del on_their_way[place]


def _new(customer_id: UUID, dice: random.Random) -> Command:
    items = tuple(
        Item(
            product_id=f"p-{int(2000 * dice.random() ** 2):04}",
            quantity=dice.randrange(1, 5),
            price=Decimal(f"{dice.randrange(2, 200)}.90"),
        )
        for _ in range(3)
    )
    return new_order(customer_id=customer_id, items=items, currency="USD")


def _rest(order_id: UUID, luck: float) -> list[Command]:
    if luck > 0.95:
        return [CancelOrder(order_id=order_id)]
    return [
        ConfirmOrder(order_id=order_id),
        ShipOrder(
            order_id=order_id,
            shipment=new_shipment(carrier="DHL", tracking_number="JD0146"),
        ),
        DeliverOrder(order_id=order_id),
    ]
