"""Takes the words of erased customers from where the erasure itself did not."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

from customers import directory
from orders_command.events import CustomerErased, Recorded
from orders_query.databases import PRIMARY
from orders_query.models import OrderReadModel
from orders_query.projector import rows, sets

PART = 1000  # notes in one transaction


def erase_from_shadow(name: str, events: Iterable[Recorded]) -> None:
    """
    Erase in an unfinished set what is erased in the live one, with the same commit.

    A rebuild that runs comes to the erasure by itself, and holds its tables while it
    makes their indexes; one that was given up does not.
    """
    if name != sets.ORDERS:
        return
    erased = [e.stream_id for e in events if isinstance(e.event, CustomerErased)]
    if erased:
        _erase(erased)


def erase_given_up() -> None:
    """Erase in a set that was given up whoever was erased since it was."""
    with transaction.atomic(using=PRIMARY):
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(_POSITION, [sets.name_of(sets.ORDERS, sets.SHADOW)])
            row = cursor.fetchone()
        erased = directory.erased(after=row[0]) if row else []
        if erased:
            _erase(erased)


def erase_left_behind() -> int:
    """
    Take the texts of notes that an older worker has left when it applied an erasure.

    It did not know them. Return how many there were, in all sets that are projected.
    """
    return sum(
        _taken(name)
        for name in (sets.ORDERS, *sets.kept())
        if sets.projection_of(name) == sets.ORDERS
    )


def _taken(name: str) -> int:
    taken = 0
    while True:
        with (
            transaction.atomic(using=PRIMARY),
            sets.used(name),
            connections[PRIMARY].cursor() as cursor,
        ):
            cursor.execute(_TAKE_NOTES, [PART])
            part = int(cursor.rowcount)
        taken += part
        if part < PART:
            return taken


def _erase(erased: list[UUID]) -> None:
    shadow = sets.schema_of(sets.name_of(sets.ORDERS, sets.SHADOW))
    table = sql.Identifier(shadow, OrderReadModel._meta.db_table)
    if not (_exists(table) and _is_given_up()):
        return
    with sets.used(sets.name_of(sets.ORDERS, sets.SHADOW)):
        rows.erase(erased)


def _is_given_up() -> bool:
    """Tell whether no rebuild is at work, and let none begin in this transaction."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(_ALONE, [f"rebuild {sets.ORDERS}"])
        return bool(cursor.fetchone()[0])


def _exists(table: sql.Identifier) -> bool:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [table.as_string(None)])
        return bool(cursor.fetchone()[0])


# By the index of notes alone; a row that somebody holds is for the next time.
_TAKE_NOTES = """
with left_behind as materialized (
    select n.order_id, n.version from orders_query_orderhistory n
    join orders_query_orderreadmodel o on o.order_id = n.order_id
    where n.type = 'OrderNoteAdded' and n.data ? 'note'
      and o.customer_name is null and o.customer_email is null
    limit %s for update of n skip locked
)
update orders_query_orderhistory h set data = h.data - 'note'
from left_behind l where h.order_id = l.order_id and h.version = l.version
"""
_ALONE = "select pg_try_advisory_xact_lock(hashtext(%s))"
_POSITION = "select position from orders_query_checkpoint where name = %s"
