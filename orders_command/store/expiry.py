"""Orders by the time they were placed, those that are pending; how far one has looked.

By an index that is there anyway, on what never changes. One on pending orders would be
written anew with every step of every order, of which none touches an index now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection

PART = 10_000  # orders looked at in one statement, most of them long confirmed
_FIRST, _NO_ID = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An order that was pending when it was looked at."""

    order_id: UUID
    order_number: str
    placed_at: datetime
    total: Decimal
    currency: str


def window(age: timedelta) -> tuple[datetime, datetime]:
    """
    Return how far one has looked, and the time before which an order is so old now.

    By the database's clock. The first time both are the same: what was too old by then
    has been left alone so far.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WINDOW, [age.total_seconds()] * 2)
        placed_up_to, until = cursor.fetchone()
    return placed_up_to, until


def looked(up_to: datetime) -> None:
    """Note how far one has looked; somebody else may have come further."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, [up_to])


def forget(*, unused_for: timedelta) -> bool:
    """
    Forget how far one has looked, if nobody has looked for so long; return whether so.

    When it goes on it begins with the orders of then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [unused_for.total_seconds()])
        deleted: int = cursor.rowcount
    return deleted > 0


def too_old(age: timedelta) -> datetime:
    """Return the time before which an order was placed that is so old now."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_SO_OLD}", [age.total_seconds()])
        until: datetime = cursor.fetchone()[0]
    return until


def pending(*, since: datetime | None, until: datetime) -> Iterator[Pending]:
    """Yield the pending orders placed between two times, oldest first, by parts."""
    after: tuple[datetime, UUID] | None = (since or _FIRST, _NO_ID)
    while after is not None:
        with connection.cursor() as cursor:
            cursor.execute(_PART, [PART, *after, until, PART])
            rows = cursor.fetchall()
        after = None
        for order_id, number, placed_at, total, currency, is_pending, is_full in rows:
            if is_full:
                after = placed_at, order_id
            if is_pending:
                yield Pending(
                    order_id=order_id,
                    order_number=number,
                    placed_at=placed_at,
                    total=total,
                    currency=currency,
                )


_SO_OLD = "clock_timestamp() - make_interval(secs => %s)"
_WINDOW = f"""
insert into orders_command_expirymark as m (id, placed_up_to)
values (1, {_SO_OLD})
on conflict (id) do update set placed_up_to = m.placed_up_to
returning m.placed_up_to, {_SO_OLD}
"""  # noqa: S608 - built from constants
_LOOKED = """
update orders_command_expirymark
set placed_up_to = greatest(placed_up_to, %s), looked_at = clock_timestamp()
where id = 1
"""
_FORGET = f"""
delete from orders_command_expirymark where looked_at <= {_SO_OLD}
"""  # noqa: S608 - the same
# Those that are pending; and the last one of a full part, from where it goes on.
_PART = """
with part as materialized (
    select id, order_number, created_at, total, currency, status,
           row_number() over (order by created_at, id) = %s as is_full
    from orders_command_order
    where (created_at, id) > (%s, %s) and created_at <= %s
    order by created_at, id limit %s
)
select id, order_number, created_at, total, currency, status = 'PENDING', is_full
from part where status = 'PENDING' or is_full order by created_at, id
"""
