"""
Published. The log for readers outside this app: complete, and in order.

Positions are drawn before commit, so a reader of `position > last` can pass a hole
that fills later. This feed proves each hole before it passes it: whoever drew a
missing number holds RowExclusiveLock on the log's table from before the drawing until
its transaction ends. So it takes the set of holders after a batch was read, waits until
none of those transactions is left, and reads again; what is missing then was rolled
back. Writers never wait. The proof rests on numbers being drawn one at a time by the
INSERT or COPY itself, and on reading the primary outside of any transaction.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper

from orders_command import codec
from orders_command.events import AnyEvent, Recorded, Unreadable

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.001
SLOW_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Batch:
    """
    Events in order of position, without a gap that could still fill.

    `anchor` is the hash of the event at the position that was read after, or None if
    there is none: then this log is not the one that the reader knew. `fresh_at` is a
    time, by the log's own clock, before which nothing was committed that is neither
    here nor before: the newest event's if there are more to come.
    """

    events: tuple[Recorded, ...]
    anchor: bytes | None
    fresh_at: datetime


def read(*, after: int, limit: int, timeout: float = float("inf")) -> Batch:
    """
    Return up to `limit` events after a position, proven complete.

    It may return fewer, and none only if there is none. Waits for transactions that
    could still fill a hole; their own time-out bounds the wait, or `timeout` in s.

    :raises RuntimeError: inside a transaction, where nothing can be proven
    :raises TimeoutError: if a writer still holds the first hole open after `timeout`
    """
    if connection.in_atomic_block:
        raise RuntimeError("The feed is read outside of transactions.")
    asked_at, anchor, rows = _rows_after(after, limit)
    sound = _without_hole(rows, after)
    if rows and not sound:
        _wait_for_writers(after, rows[0][0], timeout=timeout)
        sound = _rows_between(after, rows[-1][0])[:limit]  # holes may have filled
    events = tuple(map(recorded, sound))
    is_all = len(rows) < limit and len(events) >= len(rows)
    fresh_at = asked_at if is_all or not events else events[-1].recorded_at
    return Batch(events=events, anchor=anchor, fresh_at=fresh_at)


def settled(*, after: int, up_to: int) -> tuple[Recorded, ...]:
    """
    Return the events of a stretch that is proven already.

    That is what lies at or below any checkpoint: it was proven when that was moved.
    """
    return tuple(map(recorded, _rows_between(after, up_to)))


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


def proven_head(*, timeout: float = 1.0) -> int:
    """
    Return a position up to which the log can no longer change.

    :raises TimeoutError: if a writer is still at work after `timeout` seconds
    """
    position = head()
    _wait_for_writers(0, position, timeout=timeout)
    return position


def age_of_next(*, after: int) -> float:
    """Return the age in s of the first event after a position, 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_AGE_OF_NEXT, [after])
        return float(cursor.fetchone()[0])


def creations(order_ids: Iterable[UUID]) -> dict[UUID, Recorded]:
    """Return the first event of each of these orders."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATIONS, [list(order_ids)])
        found = map(recorded, cursor.fetchall())
        return {recorded.stream_id: recorded for recorded in found}


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
        return tuple(map(recorded, cursor.fetchall()))


def remarks(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the texts of notes and reasons that have not been erased."""
    with connection.cursor() as cursor:
        cursor.execute(_REMARKS, [list(ids)])
        return dict(cursor.fetchall())


def _rows_after(after: int, limit: int) -> tuple[datetime, bytes | None, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_FROM, {"after": after, "limit": limit + 1})
        rows = cursor.fetchall()
    asked_at = rows[0][-1]
    rows = [row[:-1] for row in rows if row[0] is not None]
    if rows and rows[0][0] == after:
        return asked_at, bytes(rows[0][-1]), rows[1:]
    return asked_at, None, rows[:limit]


def _rows_between(after: int, last: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [after, last])
        rows: list[Any] = cursor.fetchall()
    return rows


def _without_hole(rows: list[Any], after: int) -> list[Any]:
    """Return the rows that follow one another directly from `after` on."""
    if rows and rows[-1][0] == after + len(rows):
        return rows
    sound = (row for place, row in enumerate(rows, after + 1) if row[0] == place)
    return list(sound)


def _wait_for_writers(after: int, found: int, *, timeout: float = float("inf")) -> None:
    """Wait until none of the transactions that write to the log now is left."""
    began = time.monotonic()
    reported = False
    with connection.cursor() as cursor:
        waiting = _holders(cursor)
        while waiting:
            time.sleep(POLL_SECONDS)
            waiting &= _holders(cursor)
            if waiting and time.monotonic() - began > timeout:
                raise TimeoutError("A writer is still at work on the log.")
            if not reported and time.monotonic() - began > SLOW_SECONDS:
                reported = True
                logger.warning(
                    "A writer holds up the feed between %s and %s: transactions %s",
                    after,
                    found,
                    ", ".join(sorted(waiting)),
                )


def _holders(cursor: CursorWrapper) -> set[str]:
    cursor.execute(_HOLDERS)
    return {row[0] for row in cursor.fetchall()}


def recorded(row: Any) -> Recorded:
    """Return a row of the log, its columns in the order that is selected here."""
    position, stream, version, kind, shape, data, actor, request, at, logged, digest = (
        row
    )
    return Recorded(
        position=position,
        stream_id=stream,
        version=version,
        type=kind,
        content=_content(kind, shape, data),
        actor=actor,
        request_id=request,
        occurred_at=at,
        recorded_at=logged,
        hash=bytes(digest),
    )


def _content(kind: str, shape: int, data: str) -> AnyEvent | Unreadable:
    """One event that cannot be read keeps nobody from the others."""
    try:
        return codec.load(kind, shape, orjson.loads(data))
    except Unreadable as unreadable:
        return unreadable


_COLUMNS = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash
from orders_command_event
"""
# statement_timestamp() is older than the statement's snapshot: what was committed
# before it is seen. The join makes a row even of an empty answer.
_FROM = f"""-- prepared
select e.*, statement_timestamp()
from (select) as one left join (
    {_COLUMNS} where position >= %(after)s order by position limit %(limit)s
) as e on true order by position
"""  # noqa: S608 - built from constants
_BETWEEN = _COLUMNS + "where position > %s and position <= %s order by position"
_OF_STREAM = _COLUMNS + (
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
_CREATIONS = _COLUMNS + "where order_id = any(%s) and version = 1"
_REMARKS = "select id, text from orders_command_orderremark where id = any(%s)"
# Compared by virtual transaction, never by process: a connection is used again.
_HOLDERS = """
select virtualtransaction from pg_locks
where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
  and relation = 'orders_command_event'::regclass
  and database = (select oid from pg_database where datname = current_database())
"""
