"""Saves orders with a past by the thousand: state, items and events by COPY."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import psycopg
from django.db import connection
from uuid_utils import uuid7

from orders_command import codec, upcasting
from orders_command.domain.order import OrderState
from orders_command.events import AnyEvent, CustomerRegistered, OrderEvent
from orders_command.store.entries import GENESIS

ORDERS = """
copy orders_command_order
  (id, order_number, customer_id, reference, currency, total, status, version,
   head_hash, created_at, last_updated_at) from stdin
"""
ITEMS = """
copy orders_command_orderitem (order_id, line, product_id, quantity, price) from stdin
"""
# The position is not among the columns: each is drawn by the COPY itself, in sequence.
EVENTS = """
copy orders_command_event
  (id, {stream}, version, type, shape, data, actor, request_id, occurred_at,
   previous_hash, hash) from stdin
"""
POSITIONS = """
select customer_id, position from orders_command_event
where customer_id = any(%s::uuid[]) and version = 1
"""


class Registered(Protocol):
    """A new customer, as far as the log cares."""

    @property
    def customer_id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Past:
    """An order that has happened: its state, and each event with its time."""

    order_id: UUID
    state: OrderState
    events: tuple[tuple[OrderEvent, datetime], ...]


def append_many(orders: Sequence[Past], *, actor: str) -> None:
    """
    Save new orders with all their events; call it inside a transaction.

    Positions are drawn last of all, so that nobody waits for them for long.

    :raises IntegrityError: if a reference or a number is taken
    """
    states: list[str] = []
    items: list[str] = []
    events: list[str] = []
    for past in orders:
        order_id = str(past.order_id)
        head = _chain(events, order_id, past.events, actor=actor)
        states.append(_state_line(order_id, past, head))
        items += _item_lines(order_id, past)
    _copy(ORDERS, states)
    _copy(ITEMS, items)
    _copy(EVENTS.format(stream="order_id"), events)


def append_registrations(
    newcomers: Sequence[Registered], *, actor: str
) -> dict[UUID, int]:
    """Append an event for each new customer, and return the positions by their ids."""
    lines: list[str] = []
    for newcomer in newcomers:
        registered = [(CustomerRegistered(), newcomer.at)]
        _chain(lines, str(newcomer.customer_id), registered, actor=actor)
    _copy(EVENTS.format(stream="customer_id"), lines)
    with connection.cursor() as cursor:
        cursor.execute(POSITIONS, [[n.customer_id for n in newcomers]])
        return dict(cursor.fetchall())


def _chain(
    lines: list[str],
    stream: str,
    events: Iterable[tuple[AnyEvent, datetime]],
    *,
    actor: str,
) -> str:
    """Add the rows of a new stream, and return the hash of the last one in hex."""
    previous, before = GENESIS, ""
    for version, (event, at) in enumerate(events, 1):
        type_name, content = codec.dump(event)
        shape = upcasting.written(type_name)
        data, moment = codec.canonical(content), codec.moment(at)
        event_id = str(uuid7())
        previous = codec.digest(
            previous,
            actor=actor,
            data=data,
            event_id=event_id,
            occurred_at=moment,
            request_id="",
            shape=shape,
            stream_id=stream,
            type_name=type_name,
            version=version,
        )
        after = previous.hex()
        lines.append(
            f"{event_id}\t{stream}\t{version}\t{type_name}\t{shape}\t"
            f"{_escaped(data)}\t{actor}\t\t{moment}\t\\\\x{before}\t\\\\x{after}\n"
        )
        before = after
    return before


def _state_line(order_id: str, past: Past, head: str) -> str:
    state = past.state
    reference = "\\N" if state.reference is None else _escaped(state.reference)
    return (
        f"{order_id}\t{state.order_number}\t{state.customer_id}\t{reference}\t"
        f"{state.currency}\t{state.total}\t{state.status}\t{len(past.events)}\t"
        f"\\\\x{head}\t{past.events[0][1].isoformat()}\t"
        f"{past.events[-1][1].isoformat()}\n"
    )


def _item_lines(order_id: str, past: Past) -> list[str]:
    return [
        f"{order_id}\t{line}\t{_escaped(item.product_id)}\t{item.quantity}\t"
        f"{item.price}\n"
        for line, item in enumerate(past.state.items or (), 1)
    ]


def _escaped(text: str) -> str:
    """Return a text without control characters as COPY reads it."""
    return text.replace("\\", "\\\\")


def _copy(statement: str, lines: Iterable[str]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor:
        copying: psycopg.Cursor = cursor.cursor
        with copying.copy(statement) as copy:
            copy.write("".join(lines))
