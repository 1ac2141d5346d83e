"""
Published. Holds each stream of the log against itself and against the state kept of it.

The chain of hashes shows an event that was changed, taken out or put in; the state row
keeps the last hash and the version, so a tail that was taken off shows as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
import psycopg

from orders_command import codec, feed
from orders_command.codec import Entry
from orders_command.domain.errors import OrderError
from orders_command.domain.order import replay
from orders_command.events import (
    CustomerErased,
    OrderCreated,
    OrderEvent,
    Recorded,
    Unreadable,
)

Connection = psycopg.Connection[tuple[Any, ...]]
FIRST = UUID(int=0)  # no stream has it
GENESIS = b""


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
    return _stretches(connection, _NEXT_ORDER, size=size, after=after)


def customer_stretches(
    connection: Connection, *, size: int, after: UUID = FIRST
) -> Iterator[Stretch]:
    """Yield stretches of so many customers each, until all are covered."""
    return _stretches(connection, _NEXT_CUSTOMER, size=size, after=after)


def order_ids(connection: Connection) -> tuple[UUID, UUID] | None:
    """Return the oldest and the newest order, or None; ids grow with time."""
    return connection.execute(_ORDER_IDS).fetchone()


def customer_ids(connection: Connection) -> tuple[UUID, UUID] | None:
    """Return the oldest and the newest customer, or None."""
    return connection.execute(_CUSTOMER_IDS).fetchone()


def orders(connection: Connection, stretch: Stretch) -> list[Audited]:
    """Return the stretch's orders; read in one snapshot, or a writer looks wrong."""
    events = _events(connection, _ORDER_EVENTS, stretch)
    states = _by_id(connection, _ORDERS, stretch)
    items = _items(connection, stretch)
    found = []
    for stream_id in sorted({*events, *states}):
        rows, state = events.get(stream_id, []), states.get(stream_id)
        problems = [*_chain_problems(rows), *_head_problems(rows, state)]
        recorded = tuple(feed.recorded(row[:_OF_FEED]) for row in rows)
        if rows and state:
            problems += _state_problems(recorded, state, items.get(stream_id, []))
        found.append(
            Audited(stream_id=stream_id, events=recorded, problems=tuple(problems))
        )
    return found


def customers(connection: Connection, stretch: Stretch) -> list[Audited]:
    """Return the stretch's customers; otherwise as `orders`."""
    events = _events(connection, _CUSTOMER_EVENTS, stretch)
    states = _by_id(connection, _CUSTOMERS, stretch)
    found = []
    for stream_id in sorted({*events, *states}):
        rows, state = events.get(stream_id, []), states.get(stream_id)
        recorded = tuple(feed.recorded(row[:_OF_FEED]) for row in rows)
        problems = [*_chain_problems(rows), *_head_problems(rows, state)]
        if rows and state:
            problems += _erasure_problems(recorded, state)
        found.append(
            Audited(stream_id=stream_id, events=recorded, problems=tuple(problems))
        )
    return found


def remarks(connection: Connection, ids: list[UUID]) -> dict[UUID, str]:
    """Return the texts of remarks that have not been erased, in the snapshot."""
    found = connection.execute(_REMARKS, [ids]).fetchall()
    return dict(found)


def cards(
    connection: Connection, ids: list[UUID]
) -> dict[UUID, tuple[str | None, str | None, int]]:
    """Return name, e-mail, and the position of the last change, in the snapshot."""
    found = connection.execute(_CARDS, [ids]).fetchall()
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


def _chain_problems(rows: list[Any]) -> Iterator[str]:
    """Yield each place where an event does not follow the one before it."""
    head, expected = GENESIS, 1
    for row in rows:
        position, version = row[0], row[2]
        previous, digest, event_id = bytes(row[11]), bytes(row[10]), row[12]
        if version != expected:
            yield f"version {expected} is missing before {version} at {position}"
        elif previous != head:
            yield f"version {version} at {position} does not follow the one before it"
        if codec.chain(previous, _entry(event_id, row)) != digest:
            yield f"version {version} at {position} is not what was hashed"
        head, expected = digest, version + 1


def _entry(event_id: UUID, row: Any) -> Entry:
    _, stream_id, version, kind, shape, data, actor, request_id, at, *_ = row
    return Entry(
        id=event_id,
        stream_id=stream_id,
        version=version,
        type=kind,
        shape=shape,
        data=orjson.loads(data),
        actor=actor,
        request_id=request_id,
        occurred_at=at,
    )


def _head_problems(rows: list[Any], state: dict[str, Any] | None) -> Iterator[str]:
    if state is None:
        yield "there are events, and no state row"
    elif not rows:
        yield f"the state row is at version {state['version']}, and there is no event"
    else:
        version, digest = rows[-1][2], bytes(rows[-1][10])
        if state["version"] != version:
            yield (
                f"the state row is at version {state['version']}, "
                f"the last event is version {version} at {rows[-1][0]}"
            )
        elif "head_hash" in state and bytes(state["head_hash"]) != digest:
            yield f"the state row's hash is not that of version {version}"


def _state_problems(
    events: tuple[Recorded, ...], state: dict[str, Any], items: list[Any]
) -> Iterator[str]:
    """Yield each column of the state row that is not what the events add up to."""
    try:
        told = [event.event for event in events]
        folded = replay(told)  # type: ignore[arg-type]
    except (Unreadable, OrderError) as error:
        yield f"the events cannot be folded: {type(error).__name__} {error}"
        return
    assert folded is not None
    expected = {
        **vars(folded),
        "created_at": events[0].occurred_at,
        "last_updated_at": events[-1].occurred_at,
    }
    for column, value in expected.items():
        if _plain(state[column]) != _plain(value):
            yield (
                f"{column} of the state row is {_plain(state[column])}, "
                f"the log says {_plain(value)}"
            )
    if items != _items_of(told[0]):  # type: ignore[arg-type]
        yield "the item rows are not those of the first event"


def _erasure_problems(
    events: tuple[Recorded, ...], state: dict[str, Any]
) -> Iterator[str]:
    is_erased = events[-1].type == CustomerErased.__name__
    if is_erased is not (state["erased_at"] is not None):
        yield "the record and the log do not agree about the erasure"


def _items_of(event: OrderEvent) -> list[Any]:
    if not isinstance(event, OrderCreated):
        return []
    return [
        (line, item.product_id, item.quantity, str(item.price))
        for line, item in enumerate(event.items, 1)
    ]


def _plain(value: Any) -> str:
    """Compare amounts with all their digits, and times as moments."""
    match value:
        case datetime():
            return str(value.timestamp())
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


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
    rows = connection.execute(_ITEMS, vars(stretch)).fetchall()
    return {
        key: [(*row[1:4], str(row[4])) for row in found]
        for key, found in groupby(rows, key=lambda row: row[0])
    }


_OF_FEED = 11  # columns that `feed.recorded` takes
_RANGE = "{0} > %(after)s and (%(up_to)s::uuid is null or {0} <= %(up_to)s)"


def _in_range(question: str, column: str) -> bytes:
    return question.format(range=_RANGE.format(column)).encode()


_EVENT_COLUMNS = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash, previous_hash, id
from orders_command_event where {range} order by 2, version
"""
_ORDER_EVENTS = _in_range(_EVENT_COLUMNS, "order_id")
_CUSTOMER_EVENTS = _in_range(_EVENT_COLUMNS, "customer_id")
_ORDERS = _in_range(
    """select id, customer_id, order_number, reference, currency, total, status,
              version, head_hash, created_at, last_updated_at
       from orders_command_order where {range}""",
    "id",
)
_CUSTOMERS = _in_range(
    "select id, version, erased_at from customers_customer where {range}", "id"
)
_ITEMS = _in_range(
    """select order_id, line, product_id, quantity, price
       from orders_command_orderitem where {range} order by order_id, line""",
    "order_id",
)
_NEXT_ORDER = b"""
select id from orders_command_order where id > %s order by id offset %s limit 1
"""
_NEXT_CUSTOMER = b"""
select id from customers_customer where id > %s order by id offset %s limit 1
"""
_ENDS = """
select low.id, high.id from (select id from {0} order by id limit 1) low,
     (select id from {0} order by id desc limit 1) high
"""
_ORDER_IDS = _ENDS.format("orders_command_order").encode()
_CUSTOMER_IDS = _ENDS.format("customers_customer").encode()
_REMARKS = b"select id, text from orders_command_orderremark where id = any(%s)"
_CARDS = b"select id, name, email, position from customers_customer where id = any(%s)"
