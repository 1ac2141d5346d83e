"""Writes customers' changes into the log, in the customers' own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from customers.signals import (
    IdempotencyKey,
    customer_changed,
    customer_erasing,
    customer_registering,
    customers_registered,
)
from orders_command import faults, metrics, store, tracing
from orders_command.domain.errors import KeyReused
from orders_command.events import (
    CustomerDetailsChanged,
    CustomerErased,
    CustomerEvent,
    CustomerRegistered,
)
from orders_command.signals import events_committed

_EVENTS: dict[str, CustomerEvent] = {
    "registered": CustomerRegistered(),
    "details_changed": CustomerDetailsChanged(),
    "erased": CustomerErased(),
}


@receiver(customer_registering)
def recall_customer(*, idempotency: IdempotencyKey | None, **_: Any) -> UUID | None:
    """Return the customer that was registered under this key before, if any."""
    found = store.recall(idempotency) if idempotency else None
    if found is None:
        return None
    customer_id: UUID | None = found[1]
    if customer_id is None:
        raise KeyReused
    return customer_id


@receiver(customer_erasing)
def forget_remarks(*, customer_id: UUID, **_: Any) -> dict[str, int]:
    """Erase what is written on the customer's orders; return how much of what."""
    return store.forget_remarks(customer_id)


@receiver(customer_changed)
def record_change(  # noqa: PLR0913 - the signal's own arguments
    *,
    customer_id: UUID,
    version: int,
    change: str,
    at: datetime,
    actor: str,
    request_id: str,
    idempotency: IdempotencyKey | None = None,
    **_: Any,
) -> int:
    """Append the customer's event, and return its position."""
    context = store.Context(
        actor=actor, at=at, request_id=request_id, idempotency=idempotency
    )
    name = type(_EVENTS[change]).__name__
    faults.reach("command.before_append", name)
    began_ns = tracing.now_ns()
    position = store.append_customer_event(
        customer_id, version=version, event=_EVENTS[change], context=context
    )
    faults.reach("command.after_append", name)

    def announce() -> None:
        metrics.appended(name)
        tracing.appended(name, customer_id, version, began_ns=began_ns)
        events_committed.send_robust(sender=record_change, position=position)
        faults.reach("command.after_commit", name)

    transaction.on_commit(announce, robust=True)
    return position


@receiver(customers_registered)
def record_registrations(
    *, newcomers: Sequence[store.Registered], actor: str, **_: Any
) -> dict[UUID, int]:
    """Append an event for each customer, and return its position by the id."""
    return store.append_registrations(newcomers, actor=actor)
