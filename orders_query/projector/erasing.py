"""Takes the words of erased customers from a set of tables that nobody brings on."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connections, transaction
from psycopg import sql

from customers import directory
from orders_command.events import CustomerErased, Recorded
from orders_query.databases import PRIMARY
from orders_query.models import OrderReadModel
from orders_query.projector import rows, sets


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


_ALONE = "select pg_try_advisory_xact_lock(hashtext(%s))"
_POSITION = "select position from orders_query_checkpoint where name = %s"
