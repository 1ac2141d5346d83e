"""The log from a position on, with every hole proven."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from orders_command import metrics
from orders_command.events import Recorded
from orders_command.feed.rows import COLUMNS, all_recorded
from orders_command.feed.streams import head

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.001
SLOW_SECONDS = 1.0
TOLD_APART_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Batch:
    """
    Events in order of position, without a gap that could still fill.

    `anchor` is the hash of the event at the position that was read after, or None if
    there is none: then this log is not the one that the reader knew. `fresh_at` is a
    time, by the log's own clock, before which nothing was committed that is neither
    here nor before: the newest event's if there are more to come, else the batch
    `reaches_head`.
    """

    events: tuple[Recorded, ...]
    anchor: bytes | None
    fresh_at: datetime
    reaches_head: bool


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
    events = all_recorded(sound)
    is_all = len(rows) < limit and len(events) >= len(rows)
    reaches_head = is_all or not events
    fresh_at = asked_at if reaches_head else events[-1].recorded_at
    return Batch(
        events=events, anchor=anchor, fresh_at=fresh_at, reaches_head=reaches_head
    )


def settled(
    *, after: int, up_to: int, limit: int | None = None
) -> tuple[Recorded, ...]:
    """
    Return the events of a stretch that is proven already, or the first of them.

    That is what lies at or below any checkpoint: it was proven when that was moved.
    """
    return all_recorded(_rows_between(after, up_to, limit))


def proven_head(*, timeout: float = 1.0) -> int:
    """
    Return a position up to which the log can no longer change.

    :raises TimeoutError: if a writer is still at work after `timeout` seconds
    """
    position = head()
    _wait_for_writers(0, position, timeout=timeout)
    return position


def _rows_after(after: int, limit: int) -> tuple[datetime, bytes | None, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_FROM, {"after": after, "limit": limit + 1})
        rows = cursor.fetchall()
    asked_at = rows[0][-1]
    rows = [row[:-1] for row in rows if row[0] is not None]
    if rows and rows[0][0] == after:
        return asked_at, bytes(rows[0][-1]), rows[1:]
    return asked_at, None, rows[:limit]


def _rows_between(after: int, last: int, limit: int | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [after, last, limit])
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
    began = told_at = time.monotonic()
    reported = False
    with connection.cursor() as cursor:
        waiting = _holders(cursor)
        while waiting:
            time.sleep(POLL_SECONDS)
            waiting &= _holders(cursor)
            told_at = _told(since=told_at, at_last=not waiting)
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


def _told(*, since: float, at_last: bool) -> float:
    """Count what was waited, now and then, so that a long wait is seen; return when."""
    now = time.monotonic()
    if not at_last and now - since < TOLD_APART_SECONDS:
        return since
    metrics.waited_for_writers(now - since)
    return now


def _holders(cursor: CursorWrapper) -> set[str]:
    cursor.execute(_HOLDERS)
    return {row[0] for row in cursor.fetchall()}


# statement_timestamp() is older than the statement's snapshot: what was committed
# before it is seen. The join makes a row even of an empty answer.
_FROM = f"""-- prepared
select e.*, statement_timestamp()
from (select) as one left join (
    {COLUMNS} where position >= %(after)s order by position limit %(limit)s
) as e on true order by position
"""  # noqa: S608 - built from constants
_BETWEEN = COLUMNS + (
    "where position > %s and position <= %s order by position limit %s::bigint"
)
# Compared by virtual transaction, never by process: a connection is used again.
_HOLDERS = """
select virtualtransaction from pg_locks
where locktype = 'relation' and mode = 'RowExclusiveLock' and granted
  and relation = 'orders_command_event'::regclass
  and database = (select oid from pg_database where datname = current_database())
"""
