"""The customers' part of the log, and what their erasure takes from orders."""

from dataclasses import replace
from uuid import UUID

import orjson
from django.db import connection

from orders_command.events import CustomerEvent
from orders_command.store import statements
from orders_command.store.entries import GENESIS, Context, entries, key_columns


def append_customer_event(
    customer_id: UUID, *, version: int, event: CustomerEvent, context: Context
) -> int:
    """
    Append an event of a customer, and return its position.

    The caller holds the customer's row, so nobody else appends to its stream. Time
    does not run backwards in it: the event is no earlier than the one before.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.CUSTOMER_HEAD, [customer_id])
        row = cursor.fetchone()
        head = GENESIS
        if row:
            head = bytes(row[0])
            context = replace(context, at=max(context.at, row[1]))
        rows = entries(
            customer_id, [event], after=version - 1, head=head, context=context
        )
        parameters = {
            **key_columns(context.idempotency),
            "customer_id": customer_id,
            "version": version,
            "events": orjson.dumps(rows).decode(),
        }
        cursor.execute(statements.APPEND_CUSTOMER_EVENT, parameters)
        position: int = cursor.fetchone()[0]
    return position


def forget_remarks(customer_id: UUID) -> dict[str, int]:
    """Erase the remarks on the customer's orders, and return how many of each kind."""
    with connection.cursor() as cursor:
        cursor.execute(statements.FORGET_REMARKS, [customer_id])
        notes, reasons, shipments = cursor.fetchone()
    return {"notes": notes, "reasons": reasons, "shipments": shipments}
