"""Idempotency keys: what a command led to when it was carried out before."""

from collections.abc import Sequence
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

    :raises InFlight: if another transaction holds the key right now
    :raises KeyReused: if the key was used for another request
    """
    named = {"caller": key.caller, "key": key.digest}
    with connection.cursor() as cursor:
        cursor.execute(f"select {statements.TAKE_KEY}", named)
        if not cursor.fetchone()[0]:
            raise InFlight
        # A statement of its own, with a snapshot taken after the lock: what the holder
        # before us committed would be invisible to the one that took the lock.
        cursor.execute(statements.RECEIPT, named)
        row = cursor.fetchone()
    return None if row is None else _of_the_same_request(row, key)


def receipt_of(row: Sequence[Any], key: IdempotencyKey | None) -> Receipt | None:
    """
    Return the receipt that the columns of RECEIPT tell of, None if there is none.

    :raises KeyReused: if the key was used for another request
    """
    if key is None or row[0] is None:
        return None
    order_id, _, status, version, position, order_number = _of_the_same_request(
        row, key
    )
    if order_id is None:
        raise KeyReused  # for a customer
    return Receipt(
        order_id=order_id,
        order_number=order_number,
        status=Status(status),
        version=version,
        position=position,
        replayed=True,
    )


def _of_the_same_request(row: Sequence[Any], key: IdempotencyKey) -> tuple[Any, ...]:
    fingerprint, *receipt = row
    if bytes(fingerprint) != key.fingerprint:
        raise KeyReused
    return tuple(receipt)
