"""What is asked for: looked up in the rows, so that there is something to find."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from orders_query.queries import Ordering
from orders_query.queries.filters import Place

DEEP = 10_000  # pages of fifty


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the questions name."""

    big: UUID  # customers
    small: UUID
    order: UUID
    number: str
    reference: str
    placed: datetime
    ids: tuple[UUID, ...]
    head: int
    now: datetime
    places: dict[tuple[Ordering, bool], Place]


def known(connection: psycopg.Connection) -> Known:
    """Look up what to ask for; it may take its time."""
    order, number, reference, placed = _one(connection, _DELIVERED)
    (big,) = _one(connection, f"{_CUSTOMERS} order by order_count desc limit 1")
    (small,) = _one(connection, f"{_CUSTOMERS} where order_count = 3 limit 1")
    (head,) = _one(connection, _HEAD)
    (now,) = _one(connection, _NOW)
    return Known(
        big=big,
        small=small,
        order=order,
        number=number,
        reference=reference,
        placed=placed,
        ids=tuple(found for (found,) in connection.execute(_IDS)),
        head=head,
        now=now,
        places={
            (ordering, way): _place(connection, ordering, descending=way)
            for ordering in Ordering
            for way in (True, False)
        },
    )


def _one(connection: psycopg.Connection, sql: str) -> tuple[Any, ...]:
    found = connection.execute(sql).fetchone()
    assert found is not None, sql
    return tuple(found)


def _place(
    connection: psycopg.Connection, ordering: Ordering, *, descending: bool
) -> Place:
    """Find where page 10,000 begins, or the middle if there are not so many."""
    way = "desc" if descending else "asc"
    column = ordering.value[0]
    found = connection.execute(
        f"select {column}::text, order_id from orders_query_orderreadmodel"
        f" order by {column} {way}, order_id {way} limit 1 offset"
        f" (select least({DEEP} * 50, count(*) / 2) from orders_query_orderreadmodel)"
    ).fetchone()
    assert found is not None
    return Place(value=found[0], order_id=found[1], position=0)


_CUSTOMERS = "select customer_id from orders_query_customertotals"
_DELIVERED = """
select order_id, order_number, reference, created_at
from orders_query_orderreadmodel
where status = 'DELIVERED' and reference is not null order by order_id
offset (select count(*) / 6 from orders_query_orderreadmodel) limit 1
"""
_IDS = """
select order_id from orders_query_orderreadmodel order by order_number limit 200
"""
_HEAD = "select position from orders_query_checkpoint where name = 'orders'"
_NOW = "select max(last_updated_at) from orders_query_orderreadmodel"
