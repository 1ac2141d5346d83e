"""The swap: the tables that serve and another set change places, in one transaction.

Nobody sees it happen: the tables move between schemas, so that names, indexes and
privileges stay, and the checkpoints change places with them. Readers in flight are
waited for, briefly; if they do not end, everything is let go and tried again.
"""

import time
from collections.abc import Callable

from django.db import OperationalError, connections, transaction
from psycopg import sql

from orders_command import faults, feed
from orders_query.databases import PRIMARY
from orders_query.projector import Stand, follow, sets, stand_of, step
from orders_query.rebuilding.shadow import drop_set, make_schema

LOCK_MS = 200  # so long readers may be held up by the wait for others
TRIES = 100
PAUSE_SECONDS = 0.1
_LOCK_NOT_AVAILABLE = "55P03"


class SwapRefused(Exception):
    """The tables were not swapped; those that served still do."""


def swap(
    projection: str, kind: str, *, also: Callable[[int], None] = lambda _: None
) -> int:
    """
    Let another set of the projection's tables serve, and keep those that did.

    Return the position at which that happened: that of the tables that served, or
    later, so that no reader sees time run backwards. Whoever wants to know for sure
    whether it happened notes it in the same transaction (`also`, told the position).

    :raises SwapRefused: if readers or writers hold the tables for too long
    """
    name = sets.name_of(projection, kind)
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        _catch_up(name)
        faults.reach("rebuild.before_swap", projection)
        try:
            with transaction.atomic(using=PRIMARY):
                position = _swap(projection, name)
                also(position)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
                raise
            continue
        faults.reach("rebuild.after_swap", projection)
        return position
    raise SwapRefused(f"{projection} is held for longer than {LOCK_MS} ms at a time.")


def drop_previous(projection: str, *, also: Callable[[], None] = lambda: None) -> None:
    """Drop the set that served before; there is no way back after that."""
    drop_set(sets.name_of(projection, sets.PREVIOUS), also=also)


def _catch_up(name: str) -> None:
    """Leave little to do while the projector is held up."""
    while step(name).applied:
        pass


def _swap(projection: str, name: str) -> int:
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{LOCK_MS}ms'")
        cursor.execute(HOLD, [[projection, name]])
        bring_level(projection, name)
        cursor.execute(_lock(projection, name))
        _exchange_tables(projection, name)
        previous = sets.name_of(projection, sets.PREVIOUS)
        names = {"live": projection, "other": name, "previous": previous}
        for statement in _EXCHANGE:
            cursor.execute(statement, names)
        return stand_of(projection).position


def bring_level(projection: str, name: str) -> None:
    """Bring the other set to where the live one stands, whose row is held."""
    live, other = stand_of(projection), stand_of(name)
    if other.position < live.position and is_of_this_log(live):
        # At or below a checkpoint the log is proven.
        events = feed.settled(after=other.position, up_to=live.position)
        follow(name, other.position, events)


def is_of_this_log(stand: Stand) -> bool:
    """Tell whether the log has what the tables have applied."""
    return not stand.position or feed.hash_at(stand.position) == stand.hash


def _exchange_tables(projection: str, name: str) -> None:
    """live → aside, other → live; what is aside is the previous set from now on."""
    aside = f"swap_{projection}"
    other = sets.schema_of(name)
    previous = sets.schema_of(sets.name_of(projection, sets.PREVIOUS))
    make_schema(aside)
    for table in _tables(projection):
        _move(table, sets.LIVE_SCHEMA, aside)
        _move(table, other, sets.LIVE_SCHEMA)
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(sql.SQL("drop schema {}").format(sql.Identifier(other)))
        rename = sql.SQL("alter schema {} rename to {}")
        cursor.execute(rename.format(sql.Identifier(aside), sql.Identifier(previous)))


def _move(table: str, schema: str, to: str) -> None:
    statement = sql.SQL("alter table {} set schema {}")
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(
            statement.format(sql.Identifier(schema, table), sql.Identifier(to))
        )


def _lock(projection: str, name: str) -> sql.Composed:
    """Take all tables at once: nothing is changed before all of them are free."""
    schemas = sets.LIVE_SCHEMA, sets.schema_of(name)
    tables = [
        sql.Identifier(schema, table)
        for schema in schemas
        for table in _tables(projection)
    ]
    return sql.SQL("lock table {} in access exclusive mode").format(
        sql.SQL(", ").join(tables)
    )


def _tables(projection: str) -> list[str]:
    return [model._meta.db_table for model in sets.TABLES[projection]]


HOLD = """
select from orders_query_checkpoint where name = any(%s) order by name for update
"""
# The rows of the two checkpoints change places, with what was parked in each.
_EXCHANGE = (
    """
    with other as (
        select * from orders_query_checkpoint where name = %(other)s
    ), live as (
        select * from orders_query_checkpoint where name = %(live)s
    ), kept as (
        update orders_query_checkpoint c
        set name = %(previous)s, position = live.position, hash = live.hash,
            fresh_at = live.fresh_at, moved_at = live.moved_at, tries = 0,
            parked = live.parked
        from live where c.name = %(other)s
    )
    update orders_query_checkpoint c
    set position = other.position, hash = other.hash, tries = 0,
        fresh_at = greatest(c.fresh_at, other.fresh_at), moved_at = clock_timestamp(),
        parked = other.parked, halted = ''
    from other where c.name = %(live)s
    """,
    "update orders_query_parkedevent set projection = ':' where projection = %(live)s",
    """
    update orders_query_parkedevent set projection = %(live)s
    where projection = %(other)s
    """,
    """
    update orders_query_parkedevent set projection = %(previous)s
    where projection = ':'
    """,
)
