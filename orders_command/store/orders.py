"""Loads an order, and saves what happened to it: state and events together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection

from customers.signals import IdempotencyKey
from orders_command.domain.commands import Remark
from orders_command.domain.errors import (
    CustomerErased,
    DuplicateReference,
    InFlight,
    unknown_customer,
)
from orders_command.domain.order import OrderState, Status
from orders_command.events import (
    Item,
    OrderCreated,
    OrderEvent,
    OrderItemsAmended,
    OrderNoteAdded,
)
from orders_command.store import statements
from orders_command.store.entries import (
    GENESIS,
    Context,
    Receipt,
    entries,
    key_columns,
)
from orders_command.store.keys import receipt_of

NEW = 0  # the version of an order that does not exist yet


class LostRace(Exception):
    """Somebody else was first; the command is to be decided anew."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """An order with its place in its stream, and what a key has led to before."""

    state: OrderState | None = None
    version: int = NEW
    head_hash: bytes = GENESIS
    last_at: datetime | None = None  # when its last event happened
    receipt: Receipt | None = None


def load(
    order_id: UUID,
    *,
    idempotency: IdempotencyKey | None = None,
    with_items: bool = False,
) -> Loaded:
    """
    Return the order, or nothing at version 0; with the receipt that the key has.

    :raises KeyReused: if the key was used for another request
    """
    statement = statements.LOAD_WITH_ITEMS if with_items else statements.LOAD
    with connection.cursor() as cursor:
        cursor.execute(statement, {**key_columns(idempotency), "order_id": order_id})
        row = cursor.fetchone()
    receipt = receipt_of(row[10:], idempotency)
    customer_id, number, reference, currency, total, status, *place = row[:9]
    version, head, at = place
    if version is None:
        return Loaded(receipt=receipt)
    state = OrderState(
        customer_id=customer_id,
        order_number=number,
        reference=reference,
        currency=currency,
        total=total,
        status=Status(status),
        items=None if row[9] is None else _loaded_items(row[9]),
    )
    return Loaded(
        state=state,
        version=version,
        head_hash=bytes(head),
        last_at=at,
        receipt=receipt,
    )


def append(  # noqa: PLR0913 - each is a part of what is stored at once
    order_id: UUID,
    *,
    before: Loaded,
    state: OrderState,
    events: Sequence[OrderEvent],
    remark: Remark | None,
    context: Context,
) -> Receipt:
    """
    Save the new state, its events and the idempotency record in one statement.

    Outside of a transaction that is one of its own. Return the receipt, the earlier one
    if the key of a new order has one.

    :raises InFlight: if another transaction holds the key right now
    :raises KeyReused: if the key was used for another request
    :raises LostRace: if the order is no longer at `before.version`, if its number is
        taken, or if the idempotency key has just been used
    :raises BadInput: if there is no such customer
    :raises CustomerErased: if there is no longer such a customer
    :raises DuplicateReference: if another order has this reference
    """
    rows = entries(
        order_id, events, after=before.version, head=before.head_hash, context=context
    )
    parameters = {
        **key_columns(context.idempotency),
        "order_id": order_id,
        "before": before.version,
        "version": before.version + len(events),
        **_columns(state),
        "head": rows[-1]["hash"],
        "at": context.at,
        "events": orjson.dumps(rows).decode(),
        "items": orjson.dumps(_items(events)).decode(),
        "remark_id": remark.id if remark else None,
        "remark": remark.text if remark else None,
    }
    if before.version == NEW:
        position, earlier = _create(parameters, context.idempotency)
    else:
        position, earlier = _advance(_statement_for(events), parameters), None
    return earlier or _receipt(order_id, state, parameters["version"], position)


def stay(
    order_id: UUID, *, before: Loaded, state: OrderState, context: Context
) -> Receipt:
    """
    Keep the idempotency record of a command that changes nothing; return the receipt.

    Its position is that of the order's last event.

    :raises InFlight: if another transaction holds the key right now
    :raises LostRace: if the order is no longer at `before.version`, or if the key has
        just been used
    """
    parameters = {
        **key_columns(context.idempotency),
        "order_id": order_id,
        "version": before.version,
        "status": state.status,
    }
    position = _advance(statements.STAY, parameters)
    return _receipt(order_id, state, before.version, position)


def _receipt(order_id: UUID, state: OrderState, version: int, position: int) -> Receipt:
    return Receipt(
        order_id=order_id,
        order_number=state.order_number,
        status=state.status,
        version=version,
        position=position,
    )


def _columns(state: OrderState) -> dict[str, Any]:
    """Return a state as its row has it; its lines have rows of their own."""
    return {name: value for name, value in vars(state).items() if name != "items"}


def _create(
    parameters: dict[str, Any], key: IdempotencyKey | None
) -> tuple[int, Receipt | None]:
    position, is_free, is_known, is_erased, *found = _saved(
        statements.CREATE, parameters
    )
    earlier = receipt_of(found, key)
    if earlier is not None:
        return earlier.position, earlier
    if not is_free:
        raise InFlight
    if not is_known:
        raise unknown_customer()
    if is_erased:
        raise CustomerErased
    return position, None


def _statement_for(events: Sequence[OrderEvent]) -> str:
    if any(isinstance(event, OrderItemsAmended) for event in events):
        return statements.AMEND
    if any(isinstance(event, OrderNoteAdded) for event in events):
        return statements.ANNOTATE
    return statements.ADVANCE


def _advance(statement: str, parameters: dict[str, Any]) -> int:
    position, is_free, *is_erased = _saved(statement, parameters)
    if not is_free:
        raise InFlight
    if is_erased == [True]:
        raise CustomerErased
    if position is None:
        raise LostRace
    return int(position)


def _saved(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            row: tuple[Any, ...] = cursor.fetchone()
            return row
    except IntegrityError as error:
        raise _meaning_of(error) from error


def _meaning_of(error: IntegrityError) -> Exception:
    """Say what a violated constraint means: a refusal, a lost race, or a defect."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    match constraint:
        case "order_reference_once":
            return DuplicateReference()
        case "order_number_once" | "orders_command_idempotencyrecord_pkey":
            return LostRace()
        case _:
            return error


def _items(events: Sequence[OrderEvent]) -> list[dict[str, Any]]:
    return [
        {"line": line, **vars(item), "price": str(item.price)}
        for event in events
        if isinstance(event, OrderCreated | OrderItemsAmended)
        for line, item in enumerate(event.items, 1)
    ]


def _loaded_items(text: str) -> tuple[Item, ...]:
    return tuple(
        Item(product_id=product_id, quantity=quantity, price=Decimal(price))
        for product_id, quantity, price in orjson.loads(text)
    )
