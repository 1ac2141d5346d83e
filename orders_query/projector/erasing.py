"""Takes the words of erased customers from a set of tables that nobody brings on."""

from collections.abc import Iterable

from django.db import connections
from psycopg import sql

from orders_command.events import CustomerErased, Recorded
from orders_query.databases import PRIMARY
from orders_query.models import OrderReadModel
from orders_query.projector import sets


def erase_from_shadow(name: str, events: Iterable[Recorded]) -> None:
    """
    Erase in an unfinished set what is erased in the live one, with the same commit.

    A rebuild that goes on comes to the erasure by itself; one that was given up does
    not.
    """
    if name != sets.ORDERS:
        return
    erased = [e.stream_id for e in events if isinstance(e.event, CustomerErased)]
    shadow = sets.schema_of(sets.name_of(sets.ORDERS, sets.SHADOW))
    table = sql.Identifier(shadow, OrderReadModel._meta.db_table)
    if erased and _exists(table):
        with connections[PRIMARY].cursor() as cursor:
            cursor.execute(sql.SQL(_ERASE).format(table), [erased])


def _exists(table: sql.Identifier) -> bool:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [table.as_string(None)])
        return bool(cursor.fetchone()[0])


_ERASE = """
update {} set customer_name = null, customer_email = null, note = null, reason = null
where customer_id = any(%s)
"""
