"""Idempotency keys: what a command led to when it was carried out before."""

from typing import Any

from django.db import connection

from customers.signals import IdempotencyKey
from orders_command.domain.errors import InFlight, KeyReused
from orders_command.domain.order import Status
from orders_command.store import statements
from orders_command.store.entries import Receipt


def recall(key: IdempotencyKey) -> tuple[Any, ...] | None:
    """
    Take the key for this transaction, and return what it led to before, if anything.

    The lock is tried, not awaited: an INSERT would wait for the first request.

    :raises InFlight: if another transaction holds the key right now
    :raises KeyReused: if the key was used for another request
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.TAKE_KEY, {"caller": key.caller, "key": key.key})
        if not cursor.fetchone()[0]:
            raise InFlight
        # A statement of its own, with a snapshot taken after the lock: what the holder
        # before us committed would be invisible to the one that took the lock.
        cursor.execute(statements.RECALL, {"caller": key.caller, "key": key.key})
        row = cursor.fetchone()
    if row is None:
        return None
    fingerprint, *receipt = row
    if bytes(fingerprint) != key.fingerprint:
        raise KeyReused
    return tuple(receipt)


def recall_receipt(key: IdempotencyKey) -> Receipt | None:
    """Return the receipt of the command carried out under this key, if there is one."""
    found = recall(key)
    if found is None:
        return None
    order_id, _, status, version, position, order_number = found
    if order_id is None:
        raise KeyReused
    return Receipt(
        order_id=order_id,
        order_number=order_number,
        status=Status(status),
        version=version,
        position=position,
        replayed=True,
    )
