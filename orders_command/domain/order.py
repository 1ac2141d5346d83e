"""
The rules of an order: what is allowed, and what it changes.

Nothing here reads a clock, a database or a setting. `decide` answers a command
with the events it causes, or refuses it; `evolve` applies one event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import assert_never
from uuid import UUID

from orders_command.domain import money
from orders_command.domain.commands import (
    AddNote,
    AmendItems,
    CancelOrder,
    Command,
    ConfirmOrder,
    CreateOrder,
    DeliverOrder,
    ExpireOrder,
    Remark,
    ShipOrder,
)
from orders_command.domain.errors import (
    BadInput,
    InvalidTransition,
    OrderNotFound,
    unknown_customer,
)
from orders_command.events import (
    Item,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemsAmended,
    OrderNoteAdded,
    OrderShipped,
)

MAX_ITEMS = 500
MAX_QUANTITY = 1_000_000
MAX_PRICE = Decimal(9_999_999_999)


class Status(StrEnum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class OrderState:
    """
    All that the rules look at, and all that the command side keeps of an order.

    Its items are there for those commands that need them.
    """

    customer_id: UUID
    order_number: str
    reference: str | None
    currency: str
    total: Decimal
    status: Status
    items: tuple[Item, ...] | None = None  # None: they were not loaded


def decide(order: OrderState | None, command: Command) -> list[OrderEvent]:
    """
    Return the events that the command causes; none if it changes nothing.

    :raises BadInput: if there are no items or refused values, or a new order is for a
        customer unknown to the caller
    :raises OrderNotFound: if there is no order to act on
    :raises InvalidTransition: if the order's status does not allow it
    """
    match command:
        case CreateOrder():
            return [_create(order, command)]
        case AmendItems():
            return _amend(order, command)
        case ConfirmOrder():
            _require(order, command, "confirmed", Status.PENDING)
            return [OrderConfirmed()]
        case ShipOrder():
            _require(order, command, "shipped", Status.CONFIRMED)
            return [OrderShipped(shipment_id=_id(command.shipment))]
        case DeliverOrder():
            _require(order, command, "delivered", Status.SHIPPED)
            return [OrderDelivered()]
        case CancelOrder() | ExpireOrder():
            _require_cancellable(order, command)
            return [OrderCancelled(reason_id=_id(command.reason))]
        case AddNote():
            _require_known(order, command)
            return [OrderNoteAdded(note_id=command.note.id)]
        case _:
            assert_never(command)


def evolve(order: OrderState | None, event: OrderEvent) -> OrderState:
    """Return the order as it stands after the event."""
    if isinstance(event, OrderCreated):
        return OrderState(
            customer_id=event.customer_id,
            order_number=event.order_number,
            reference=event.reference,
            currency=event.currency,
            total=event.total,
            status=Status.PENDING,
            items=event.items,
        )
    if order is None:
        raise OrderNotFound
    match event:
        case OrderItemsAmended():
            return replace(order, total=event.total, items=event.items)
        case OrderConfirmed():
            return _now(order, Status.CONFIRMED)
        case OrderShipped():
            return _now(order, Status.SHIPPED)
        case OrderDelivered():
            return _now(order, Status.DELIVERED)
        case OrderCancelled():
            return _now(order, Status.CANCELLED)
        case OrderNoteAdded():
            return order
        case _:
            assert_never(event)


def replay(events: Iterable[OrderEvent]) -> OrderState | None:
    """Return the order that the events, oldest first, add up to."""
    return reduce(evolve, events, None)


def problems(command: CreateOrder) -> list[dict[str, str]]:
    """Return what is refused of a new order, each with its place."""
    if command.currency not in money.CURRENCIES:
        return [_problem("/currency", "currency", "This is no ISO 4217 currency.")]
    return items_problems(command.items, command.currency)


def items_problems(
    items: Sequence[Item], currency: str | None = None
) -> list[dict[str, str]]:
    """Return what is refused of an order's lines; decimals if the currency is known."""
    if not 1 <= len(items) <= MAX_ITEMS:
        detail = f"An order has 1 to {MAX_ITEMS} items."
        return [_problem("/items", "count", detail)]
    return [
        problem
        for number, item in enumerate(items)
        for problem in _item_problems(f"/items/{number}", item, currency)
    ]


def is_known_to(order: OrderState | None, command: Command) -> bool:
    """Tell whether there is such an order, as far as the one who asks may know."""
    return order is not None and command.only_of in (None, order.customer_id)


def _now(order: OrderState, status: Status) -> OrderState:
    """Return the order with another status; `replace` takes twice as long."""
    return OrderState(
        customer_id=order.customer_id,
        order_number=order.order_number,
        reference=order.reference,
        currency=order.currency,
        total=order.total,
        status=status,
        items=order.items,
    )


def _create(order: OrderState | None, command: CreateOrder) -> OrderCreated:
    if order is not None:
        raise InvalidTransition("The order exists already.")
    errors = problems(command)
    if errors:
        raise BadInput(errors)
    if command.only_of not in (None, command.customer_id):
        raise unknown_customer()
    return OrderCreated(
        customer_id=command.customer_id,
        order_number=command.order_number,
        currency=command.currency,
        items=_exact(command.items, command.currency),
        reference=command.reference,
        note_id=_id(command.note),
    )


def _amend(order: OrderState | None, command: AmendItems) -> list[OrderEvent]:
    order = _require(order, command, "amended", Status.PENDING)
    errors = items_problems(command.items, order.currency)
    if errors:
        raise BadInput(errors)
    assert order.items is not None
    items = _exact(command.items, order.currency)
    if items == order.items:
        return []
    return [
        OrderItemsAmended(
            currency=order.currency, items=items, previous_items=order.items
        )
    ]


def _exact(items: Iterable[Item], currency: str) -> tuple[Item, ...]:
    return tuple(
        replace(item, price=money.exact(item.price, currency)) for item in items
    )


def _item_problems(
    place: str, item: Item, currency: str | None
) -> list[dict[str, str]]:
    problems = []
    if not 1 <= item.quantity <= MAX_QUANTITY:
        detail = f"A quantity is 1 to {MAX_QUANTITY}."
        problems.append(_problem(f"{place}/quantity", "range", detail))
    if item.price.is_signed() or item.price > MAX_PRICE:  # -0.0 is signed too
        detail = f"A price is 0 to {MAX_PRICE}."
        problems.append(_problem(f"{place}/price", "range", detail))
    elif currency is not None and not money.fits(item.price, currency):
        detail = f"{currency} has {money.minor_digits(currency)} decimals."
        problems.append(_problem(f"{place}/price", "decimals", detail))
    return problems


def _problem(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}


def _require_known(order: OrderState | None, command: Command) -> OrderState:
    if order is None or not is_known_to(order, command):
        raise OrderNotFound
    return order


def _require(
    order: OrderState | None, command: Command, done: str, *allowed: Status
) -> OrderState:
    order = _require_known(order, command)
    if order.status not in allowed:
        wanted = " or ".join(allowed)
        raise InvalidTransition(
            f"Only an order that is {wanted} can be {done}; this one is {order.status}."
        )
    return order


def _require_cancellable(
    order: OrderState | None, command: CancelOrder | ExpireOrder
) -> None:
    if isinstance(command, ExpireOrder):
        _require(order, command, "cancelled for its age", Status.PENDING)
    elif command.by_customer:
        _require(order, command, "cancelled by its customer", Status.PENDING)
    else:
        _require(order, command, "cancelled", Status.PENDING, Status.CONFIRMED)


def _id(remark: Remark | None) -> UUID | None:
    return remark.id if remark else None
