"""Orders that tests place, through the handlers or through the API."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from orders_command.domain.commands import (
    AmendItems,
    CancelOrder,
    ConfirmOrder,
    DeliverOrder,
    ShipOrder,
)
from orders_command.events import Item
from orders_command.handlers import (
    Receipt,
    handle,
    new_note,
    new_order,
    new_remark,
    new_shipment,
)

ACTOR = "system:tests"
TEA = {"productId": "tea", "quantity": 2, "price": 3.50}
COMMANDS = "/api/command/orders"


def an_order(customer_id: UUID, **more: Any) -> Receipt:
    """Place an order of two teas at 3.50."""
    how = {name: more.pop(name) for name in ("at", "idempotency") if name in more}
    items = (Item(product_id="tea", quantity=2, price=Decimal("3.50")),)
    command = new_order(
        **{"customer_id": customer_id, "items": items, "currency": "USD", **more}
    )
    return handle(command, actor=ACTOR, **how)


def lines(*lines: tuple[str, int, str]) -> tuple[Item, ...]:
    """Return lines of a product, a quantity and a price each."""
    return tuple(
        Item(product_id=name, quantity=quantity, price=Decimal(price))
        for name, quantity, price in lines
    )


def amended(order_id: UUID, *items: tuple[str, int, str], **how: Any) -> Receipt:
    command = AmendItems(order_id=order_id, items=lines(*items))
    return handle(command, actor=ACTOR, **how)


def confirmed(order_id: UUID, **how: Any) -> Receipt:
    return handle(ConfirmOrder(order_id=order_id), actor=ACTOR, **how)


def shipped(order_id: UUID, **how: Any) -> Receipt:
    command = ShipOrder(order_id=order_id, shipment=new_shipment(carrier="DHL"))
    return handle(command, actor=ACTOR, **how)


def delivered(order_id: UUID, **how: Any) -> Receipt:
    return handle(DeliverOrder(order_id=order_id), actor=ACTOR, **how)


def cancelled(order_id: UUID, reason: str | None = None, **how: Any) -> Receipt:
    command = CancelOrder(order_id=order_id, reason=new_remark(reason))
    return handle(command, actor=ACTOR, **how)


def noted(order_id: UUID, text: str = "Rang twice.", **how: Any) -> Receipt:
    return handle(new_note(order_id=order_id, text=text), actor=ACTOR, **how)


def order_body(customer_id: UUID, **more: Any) -> dict[str, Any]:
    return {"customerId": str(customer_id), "items": [TEA], **more}
