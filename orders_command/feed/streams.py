"""What the log says of one stream, of some, or of all of them, as it is now."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from orders_command.events import Recorded
from orders_command.feed.rows import COLUMNS, all_recorded, recorded


def count(*, up_to: int) -> int:
    """Return how many events there are up to a position."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [up_to])
        return int(cursor.fetchone()[0])


def about_how_many() -> int:
    """Return how many events there are, as PostgreSQL has last estimated it."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOUT)
        return int(cursor.fetchone()[0])


def by_stream(*, up_to: int, about: int) -> Iterator[tuple[Recorded, ...]]:
    """
    Yield all events up to a position, stream by stream, each oldest first.

    `about` so many at a time, and none of a stream apart from its others; customers
    come first. The position is a proven one.
    """
    for column in ("customer_id", "order_id"):
        held: list[Any] = []
        after: tuple[UUID, int] = (_NOBODY, 0)
        while rows := _rows_of_streams(column, after, up_to, about):
            after = (rows[-1][1], rows[-1][2])
            rows = held + rows
            whole = [row for row in rows if row[1] != after[0]]
            held = rows[len(whole) :]
            if whole:
                yield all_recorded(whole)
        if held:
            yield all_recorded(held)


def hash_at(position: int) -> bytes | None:
    """Return the hash of the event at a position, None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_HASH, [position])
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


def head() -> int:
    """Return the newest position, 0 for an empty log."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        return int(cursor.fetchone()[0])


def age_of_next(*, after: int) -> float:
    """Return the age in s of the first event after a position, 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE_OF_NEXT, [after])
        return float(cursor.fetchone()[0])


def at(positions: Iterable[int]) -> dict[int, Recorded]:
    """Return the events at these positions, those that there are."""
    with connection.cursor() as cursor:
        cursor.execute(_AT, [list(positions)])
        return {event.position: event for event in all_recorded(cursor.fetchall())}


def contents(order_ids: Iterable[UUID], *, before: int) -> tuple[Recorded, ...]:
    """
    Return how each of these orders was placed and how it was amended last, in that
    sequence, by events before a position.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONTENTS, {"ids": list(order_ids), "before": before})
        return tuple(map(recorded, cursor.fetchall()))


def backlog(*, after: int) -> tuple[int, float]:
    """Return how many events lie after a position, and the oldest one's age in s."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, [after])
        events, seconds = cursor.fetchone()
    return int(events), float(seconds)


def events_of(
    stream_id: UUID, *, after: int = 0, up_to: int | None = None
) -> tuple[Recorded, ...]:
    """Return one order's or customer's events, oldest first, between two versions."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_STREAM, {"id": stream_id, "after": after, "up_to": up_to})
        return all_recorded(cursor.fetchall())


def remarks(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the texts of notes and reasons that have not been erased."""
    with connection.cursor() as cursor:
        cursor.execute(_REMARKS, [list(ids)])
        return dict(cursor.fetchall())


def _rows_of_streams(
    column: str, after: tuple[UUID, int], up_to: int, limit: int
) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_STREAM.format(column=column), [*after, up_to, limit])
        rows: list[Any] = cursor.fetchall()
    return rows


_BY_STREAM = COLUMNS + (
    "where ({column}, version) > (%s, %s) and position <= %s "
    "order by {column}, version limit %s"
)
_NOBODY = UUID(int=0)
# Positions say less: a new epoch leaves a million out.
_ABOUT = """
select greatest(reltuples, 0) from pg_class
where oid = 'orders_command_event'::regclass
"""
_COUNT = "select count(*) from orders_command_event where position <= %s"
_OF_STREAM = COLUMNS + (
    "where (order_id = %(id)s or customer_id = %(id)s) "
    "and version > %(after)s and (%(up_to)s::int is null or version <= %(up_to)s) "
    "order by version"
)
_HEAD = """-- prepared
select coalesce(max(position), 0) from orders_command_event
"""
_HASH = "select hash from orders_command_event where position = %s"
_BACKLOG = """
select count(*), coalesce(round(extract(epoch from
         clock_timestamp() - min(recorded_at))::numeric, 3), 0)
from orders_command_event where position > %s
"""
_AGE_OF_NEXT = """
select greatest(0, extract(epoch from clock_timestamp() - coalesce(
    (select recorded_at from orders_command_event where position > %s
     order by position limit 1), clock_timestamp())))
"""
_AT = COLUMNS + "where position = any(%s)"
# Backwards from the newest event that counts, in the index on orders.
_CONTENTS = f"""{COLUMNS}
where position in (
    select e.position from unnest(%(ids)s::uuid[]) as o (id) cross join lateral (
        (select position from orders_command_event
         where order_id = o.id and version = 1)
        union all
        (select position from orders_command_event
         where order_id = o.id and type = 'OrderItemsAmended'
           and position < %(before)s
         order by version desc limit 1)) e)
order by order_id, version
"""  # noqa: S608 - built from constants
_REMARKS = "select id, text from orders_command_orderremark where id = any(%s)"
