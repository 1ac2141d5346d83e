"""Streams of orders and of customers, stretch by stretch, each held against itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg

from orders_command import feed
from orders_command.auditing import chains, statements, states
from orders_command.events import Recorded

Connection = psycopg.Connection[tuple[Any, ...]]
FIRST = UUID(int=0)  # no stream has it


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """All streams with an id after `after` and, unless that is None, up to `up_to`."""

    after: UUID
    up_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A stream's events, and what is wrong with them or with the state kept of them."""

    stream_id: UUID
    events: tuple[Recorded, ...]
    problems: tuple[str, ...]


def order_stretches(
    connection: Connection, *, size: int, after: UUID = FIRST
) -> Iterator[Stretch]:
    """Yield stretches of so many orders each, until all are covered."""
    return _stretches(connection, statements.NEXT_ORDER, size=size, after=after)


def customer_stretches(
    connection: Connection, *, size: int, after: UUID = FIRST
) -> Iterator[Stretch]:
    """Yield stretches of so many customers each, until all are covered."""
    return _stretches(connection, statements.NEXT_CUSTOMER, size=size, after=after)


def order_ids(connection: Connection) -> tuple[UUID, UUID] | None:
    """Return the oldest and the newest order, or None; ids grow with time."""
    return connection.execute(statements.ORDER_IDS).fetchone()


def customer_ids(connection: Connection) -> tuple[UUID, UUID] | None:
    """Return the oldest and the newest customer, or None."""
    return connection.execute(statements.CUSTOMER_IDS).fetchone()


def orders(connection: Connection, stretch: Stretch) -> list[Audited]:
    """Return the stretch's orders; read in one snapshot, or a writer looks wrong."""
    events = _events(connection, statements.ORDER_EVENTS, stretch)
    rows = _by_id(connection, statements.ORDERS, stretch)
    items = _items(connection, stretch)
    kept = _remarks_kept(connection, stretch)
    erased = _erased(connection, rows)
    texts = _words(connection, stretch)
    found = []
    for order_id in sorted({*events, *rows}):
        logged, state = events.get(order_id, []), rows.get(order_id)
        problems = [*chains.problems(logged), *chains.head_problems(logged, state)]
        is_erased = state is not None and state["customer_id"] in erased
        recorded = feed.with_words(
            _recorded(logged),
            texts=texts,
            forgotten={str(order_id)} if is_erased else (),
        )
        if recorded and state:
            problems += states.order_problems(recorded, state, items.get(order_id, []))
            problems += states.remark_problems(
                recorded,
                kept.get(order_id, set()),
                is_erased=is_erased,
            )
        found.append(_audited(order_id, recorded, problems))
    return found


def customers(connection: Connection, stretch: Stretch) -> list[Audited]:
    """Return the stretch's customers; otherwise as `orders`."""
    events = _events(connection, statements.CUSTOMER_EVENTS, stretch)
    rows = _by_id(connection, statements.CUSTOMERS, stretch)
    found = []
    for customer_id in sorted({*events, *rows}):
        logged, state = events.get(customer_id, []), rows.get(customer_id)
        problems = [*chains.problems(logged), *chains.head_problems(logged, state)]
        recorded = _recorded(logged)
        if recorded and state:
            problems += states.customer_problems(recorded, state)
        found.append(_audited(customer_id, recorded, problems))
    return found


def remarks(connection: Connection, ids: list[UUID]) -> dict[UUID, str]:
    """Return the texts of remarks that have not been erased, in the snapshot."""
    found = connection.execute(statements.REMARKS, [ids]).fetchall()
    return dict(found)


def cards(
    connection: Connection, ids: list[UUID]
) -> dict[UUID, tuple[str | None, str | None, int]]:
    """Return name, e-mail, and the position of the last change, in the snapshot."""
    found = connection.execute(statements.CARDS, [ids]).fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in found}


def _stretches(
    connection: Connection, question: bytes, *, size: int, after: UUID
) -> Iterator[Stretch]:
    while True:
        row = connection.execute(question, [after, size - 1]).fetchone()
        if row is None:
            yield Stretch(after=after, up_to=None)
            return
        yield Stretch(after=after, up_to=row[0])
        after = row[0]


def _audited(
    stream_id: UUID, events: tuple[Recorded, ...], problems: list[str]
) -> Audited:
    return Audited(stream_id=stream_id, events=events, problems=tuple(problems))


def _recorded(rows: list[Any]) -> tuple[Recorded, ...]:
    return tuple(feed.recorded(row[:_OF_FEED]) for row in rows)


def _remarks_kept(connection: Connection, stretch: Stretch) -> dict[UUID, set[UUID]]:
    kept: dict[UUID, set[UUID]] = defaultdict(set)
    rows = connection.execute(statements.REMARKS_OF_ORDERS, vars(stretch))
    for order_id, remark_id in rows:
        kept[order_id].add(remark_id)
    return kept


def _words(connection: Connection, stretch: Stretch) -> dict[str, str]:
    return dict(connection.execute(statements.WORDS, vars(stretch)).fetchall())


def _erased(connection: Connection, orders: dict[UUID, dict[str, Any]]) -> set[UUID]:
    ids = list({order["customer_id"] for order in orders.values()})
    return {row[0] for row in connection.execute(statements.ERASED, [ids])}


def _events(
    connection: Connection, question: bytes, stretch: Stretch
) -> dict[UUID, list[Any]]:
    rows = connection.execute(question, vars(stretch)).fetchall()
    return {key: list(found) for key, found in groupby(rows, key=lambda row: row[1])}


def _by_id(
    connection: Connection, question: bytes, stretch: Stretch
) -> dict[UUID, dict[str, Any]]:
    cursor = connection.execute(question, vars(stretch))
    names = [column.name for column in cursor.description or ()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _items(connection: Connection, stretch: Stretch) -> dict[UUID, list[Any]]:
    rows = connection.execute(statements.ITEMS, vars(stretch)).fetchall()
    return {
        key: [(*row[1:4], str(row[4])) for row in found]
        for key, found in groupby(rows, key=lambda row: row[0])
    }


_OF_FEED = 11  # columns that `feed.recorded` takes
