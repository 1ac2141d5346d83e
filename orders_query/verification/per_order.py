"""A table with a row for each order, on one node, against what its own rule makes of
the log."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg import sql

from orders_command.auditing import Audited, Stretch
from orders_command.events import Recorded, Unreadable
from orders_query.projector import Projection, RowPerOrder, registry
from orders_query.verification.findings import PERSONAL, Finding
from orders_query.verification.nodes import Node

Columns = dict[str, Any]
PROJECTIONS = [p for p in registry.PROJECTIONS.values() if p.rows is not None]


def differences(
    node: Node, *, projection: Projection, stretch: Stretch, audited: Iterable[Audited]
) -> Iterator[Finding]:
    """Yield what differs in the node's rows of these orders, and rows of no order."""
    assert projection.rows is not None
    waiting = _parked(node, projection.name, stretch)
    found = _found(node, projection.rows, stretch)
    for order in audited:
        events = [
            e for e in _seen(node, projection, order) if e.position not in waiting
        ]
        row = found.pop(order.stream_id, None)
        try:
            expected = _folded(projection.rows, order.stream_id, events)
        except Unreadable as error:
            told = [f"cannot be folded: {error}"]
        else:
            told = list(_compared(expected, row))
        for detail in told:
            yield _finding(node, projection, order.stream_id, detail)
    for order_id in found:
        yield _finding(node, projection, order_id, "the log has no such order")


def write_anew(node: Node, projection: Projection, order: Audited) -> None:
    """
    Let the order's row be as the log says, in the node's own transaction.

    :raises Unreadable: if the log does not tell
    """
    assert projection.rows is not None
    projection.rows.write_anew(order.stream_id, _seen(node, projection, order))


def _seen(node: Node, projection: Projection, order: Audited) -> list[Recorded]:
    """Return the order's events up to where the projection stands."""
    up_to = node.positions[projection.name]
    return [event for event in order.events if event.position <= up_to]


def _folded(
    rows: RowPerOrder[Any], order_id: UUID, events: list[Recorded]
) -> Columns | None:
    row = rows.fold(events, {}).get(order_id)
    return None if row is None else asdict(row)


def _compared(expected: Columns | None, found: Columns | None) -> Iterator[str]:
    if expected is None or found is None:
        if expected is not found:
            yield "the row is missing" if found is None else "the log has no such row"
        return
    for column, value in found.items():
        if value == expected[column]:
            continue
        if column in PERSONAL:
            yield f"{column} differs"
        else:
            yield f"{column} is {value}, the log says {expected[column]}"


def _found(node: Node, rows: RowPerOrder[Any], stretch: Stretch) -> dict[UUID, Columns]:
    key = sql.Identifier(rows.columns[0])
    statement = sql.SQL(
        "select {columns} from {table} where {key} > %(after)s"
        " and (%(up_to)s::uuid is null or {key} <= %(up_to)s)"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, rows.columns)),
        table=sql.Identifier(rows.table._meta.db_table),
        key=key,
    )
    return {
        values[0]: dict(zip(rows.columns, values, strict=True))
        for values in node.connection.execute(statement, vars(stretch))
    }


def _parked(node: Node, name: str, stretch: Stretch) -> set[int]:
    """Return the positions that wait there."""
    asked = {"name": node.parked_under.get(name, name), **vars(stretch)}
    return {position for (position,) in node.connection.execute(_PARKED, asked)}


def _finding(
    node: Node, projection: Projection, order_id: UUID, detail: str
) -> Finding:
    return Finding(
        node=node.name, kind=projection.name, stream_id=order_id, detail=detail
    )


_PARKED = b"""
select position from orders_query_parkedevent
where projection = %(name)s and stream_id > %(after)s
  and (%(up_to)s::uuid is null or stream_id <= %(up_to)s)
"""
