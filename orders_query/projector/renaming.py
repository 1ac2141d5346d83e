"""A customer's new name on very many orders: in parts, before the event is applied.

One statement for a hundred thousand rows would hold its locks for seconds, and nothing
could be applied or replayed meanwhile. The words are not the event's but the day's, so
it does no harm that some rows have them a moment before the checkpoint says so.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction

from customers import directory
from customers.directory import Card
from orders_command.events import CustomerDetailsChanged, CustomerErased, Recorded
from orders_query.databases import PRIMARY
from orders_query.projector import sets, statements
from orders_query.projector.checkpoints import fence

PART = 1000  # rows in one transaction; who has fewer orders is renamed with the event
_LAST = UUID(int=2**128 - 1)


def rename_in_parts(name: str, position: int, events: Iterable[Recorded]) -> None:
    """
    Give the orders of large customers the words that these events brought.

    Each part goes on only while the set stands where the events were read from: an old
    runner never writes old words over newer ones.

    :raises Overtaken: if it does not stand there any more
    """
    if sets.projection_of(name) != sets.ORDERS:
        return
    renamed = {e.stream_id for e in events if _brings_words(e)}
    large = _large(name, renamed) if renamed else []
    for card in directory.cards(large).values():
        before: tuple[datetime | str, UUID] | None = ("infinity", _LAST)
        while before is not None:
            before = _rename_part(name, position, card, before)


def _brings_words(recorded: Recorded) -> bool:
    return isinstance(recorded.content, CustomerDetailsChanged | CustomerErased)


def _large(name: str, customers: set[UUID]) -> list[UUID]:
    with transaction.atomic(using=PRIMARY):
        sets.use(name)
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(statements.LARGE, [list(customers), PART])
            return [customer_id for (customer_id,) in cursor.fetchall()]


def _rename_part(
    name: str, position: int, card: Card, before: tuple[datetime | str, UUID]
) -> tuple[datetime, UUID] | None:
    """Rename the newest orders before a place; return the oldest of them, if any."""
    at, order_id = before
    with transaction.atomic(using=PRIMARY):
        fence(name, position)
        sets.use(name)
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(
                statements.RENAME_PART,
                {
                    "customer_id": card.customer_id,
                    "name": card.name,
                    "email": card.email,
                    "erased": card.erased_at is not None,
                    "at": at,
                    "order_id": order_id,
                    "part": PART,
                },
            )
            row: tuple[datetime, UUID] | None = cursor.fetchone()
    return row
