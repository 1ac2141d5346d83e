"""The one way to change an order, for the API, the pages and the admin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial, reduce
from uuid import UUID

import uuid_utils.compat as uuids
from django.db import connection
from django.utils import timezone

from customers.signals import IdempotencyKey
from orders_command import faults, metrics, numbers, store, tracing
from orders_command.domain import shipments
from orders_command.domain.commands import (
    AddNote,
    AmendItems,
    CancelOrder,
    Command,
    CreateOrder,
    ExpireOrder,
    Remark,
    ShipOrder,
)
from orders_command.domain.errors import Conflict, OrderNotFound, VersionMismatch
from orders_command.domain.order import decide, evolve, is_known_to
from orders_command.events import Item, OrderEvent
from orders_command.explaining import explain
from orders_command.signals import events_committed
from orders_command.store import Context, Loaded, LostRace, Receipt

__all__ = [
    "Receipt",
    "handle",
    "new_note",
    "new_order",
    "new_remark",
    "new_shipment",
]

ATTEMPTS = 20  # of a command without a version, before it gives up as unavailable


class TooBusy(Exception):
    """The order changed under each of many attempts."""

    code = "unavailable"
    retry_after = 1


def new_order(
    *,
    customer_id: UUID,
    items: tuple[Item, ...],
    currency: str,
    reference: str | None = None,
    note: str | None = None,
) -> CreateOrder:
    """Return the command for a new order, with an id and a number drawn for it."""
    return CreateOrder(
        order_id=uuids.uuid7(),
        order_number=numbers.draw(),
        customer_id=customer_id,
        items=items,
        currency=currency,
        reference=reference,
        note=new_remark(note),
    )


def new_remark(text: str | None) -> Remark | None:
    """Return a remark with an id of its own, or nothing for an empty text."""
    return Remark(id=uuids.uuid7(), text=text) if text else None


def new_note(*, order_id: UUID, text: str) -> AddNote:
    """Return the command for another note on an order, with an id drawn for it."""
    return AddNote(order_id=order_id, note=Remark(id=uuids.uuid7(), text=text))


def new_shipment(
    *, carrier: str | None = None, tracking_number: str | None = None
) -> Remark | None:
    """Return how an order is shipped, with an id of its own, or nothing if untold."""
    return new_remark(
        shipments.text_of(carrier=carrier, tracking_number=tracking_number)
    )


def handle(  # noqa: PLR0913 - who, when and under which conditions
    command: Command,
    *,
    actor: str,
    expected_version: int | None = None,
    idempotency: IdempotencyKey | None = None,
    request_id: str = "",
    at: datetime | None = None,
) -> Receipt:
    """
    Carry out a command in a transaction of its own, and return what it led to.

    `at` is when it happened; unless told it is now, or the time of the order's last
    event if a clock that was put back says less. Without `expected_version` a lost
    race is decided anew. A command carried out before under the same idempotency key
    returns its receipt again and does nothing. One that changes nothing is
    answered with the order as it is, and logs no event.

    :raises OrderError: if the command is refused; nothing is stored then
    :raises ValueError: if `at` is before the order's last event
    :raises TooBusy: if the race was lost too often
    :raises RuntimeError: inside of a transaction, which could take it back
    """
    if connection.in_atomic_block:
        raise RuntimeError("A command is carried out outside of transactions.")
    name = type(command).__name__
    with tracing.span(name) as span, metrics.handled(name) as outcome:
        receipt = _handled(
            command,
            expected_version,
            partial(
                Context,
                actor=actor,
                request_id=request_id,
                idempotency=idempotency,
            ),
            at,
        )
        outcome.is_replayed = receipt.replayed
        span.tell(position=receipt.position, outcome=outcome.name)
    faults.reach("command.after_commit", name)
    return receipt


def _handled(
    command: Command,
    expected_version: int | None,
    context_at: Callable[..., Context],
    at: datetime | None,
) -> Receipt:
    for _ in range(ATTEMPTS):
        context = context_at(at=at or timezone.now())
        try:
            return _attempt(command, expected_version, context, is_told=at is not None)
        except LostRace:
            # A fresh transaction sees what the other one did; a number is drawn anew.
            if isinstance(command, CreateOrder):
                command = replace(command, order_number=numbers.draw())
        except Conflict as conflict:
            explain(conflict, order_id=command.order_id)
            raise
    raise TooBusy("The order keeps changing; try again.")


def _attempt(
    command: Command,
    expected_version: int | None,
    context: Context,
    *,
    is_told: bool,
) -> Receipt:
    before = _load(command, context)
    if before.receipt is not None:
        _require_known(before, command)
        return before.receipt
    events = _decided(command, before, expected_version)
    state = reduce(evolve, events, before.state)
    assert state is not None
    if not events:
        return store.stay(command.order_id, before=before, state=state, context=context)
    faults.reach("command.before_append", type(command).__name__)
    began_ns = tracing.now_ns()
    receipt = store.append(
        command.order_id,
        before=before,
        state=state,
        events=events,
        remark=_remark(command),
        context=_in_sequence(context, before.last_at, is_told=is_told),
    )
    if not receipt.replayed:
        _announce(receipt, events, began_ns)
    return receipt


def _load(command: Command, context: Context) -> Loaded:
    if isinstance(command, CreateOrder):
        return Loaded()  # its id is new; what its key has led to, the append tells
    return store.load(
        command.order_id,
        idempotency=context.idempotency,
        with_items=isinstance(command, AmendItems),
    )


def _decided(
    command: Command, before: Loaded, expected: int | None
) -> list[OrderEvent]:
    try:
        _require_version(command, before, expected)
        return decide(before.state, command)
    except Conflict as conflict:
        conflict.met(
            version=before.version,
            status=before.state.status if before.state else None,
        )
        raise


def _in_sequence(
    context: Context, last_at: datetime | None, *, is_told: bool
) -> Context:
    """Let time not run backwards within an order, whatever the clocks say."""
    if last_at is None or context.at >= last_at:
        return context
    if is_told:
        raise ValueError(f"{context.at} is before the order's last event, {last_at}.")
    return replace(context, at=last_at)


def _require_version(command: Command, before: Loaded, expected: int | None) -> None:
    """Compare versions first of all; an order to be created is at version 0."""
    if expected is None:
        return
    _require_known(before, command)
    if before.version != expected:
        raise VersionMismatch(expected=expected, actual=before.version)


def _require_known(before: Loaded, command: Command) -> None:
    """Of an order that one may not know, neither version nor receipt is told."""
    if not (isinstance(command, CreateOrder) or is_known_to(before.state, command)):
        raise OrderNotFound


def _remark(command: Command) -> Remark | None:
    match command:
        case CreateOrder():
            return command.note
        case ShipOrder():
            return command.shipment
        case CancelOrder() | ExpireOrder():
            return command.reason
        case AddNote():
            return command.note
        case _:
            return None


def _announce(receipt: Receipt, events: list[OrderEvent], began_ns: int) -> None:
    names = [type(event).__name__ for event in events]
    metrics.appended(*names)
    for version, name in enumerate(names, receipt.version - len(names) + 1):
        tracing.appended(name, receipt.order_id, version, began_ns=began_ns)
    # Robust: a receiver that fails must not turn a committed order into an error.
    events_committed.send_robust(sender=handle, position=receipt.position)
