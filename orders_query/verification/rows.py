"""The rows of a stretch of orders on one node, against the fold of their events."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from orders_command import auditing
from orders_command.auditing import Audited, Connection, Stretch
from orders_command.events import OrderNoteAdded, OrderShipped, Recorded, Unreadable
from orders_query.projection import OrderRow, OutOfSequence, Rows, apply
from orders_query.projector import sets
from orders_query.verification.findings import PERSONAL, Finding
from orders_query.verification.nodes import Node

Columns = dict[str, Any]
# What data that somebody has changed may do to a calculation.
UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the rows are shown with: names with the place of their last change."""

    cards: dict[UUID, tuple[str | None, str | None, int]]
    remarks: dict[UUID, str]


@dataclass(kw_only=True)
class Found:
    """The rows of one order on a node, by table."""

    order: Columns | None = None
    history: dict[int, Columns] = field(default_factory=dict)
    past: dict[int, Columns] = field(default_factory=dict)


@dataclass(kw_only=True)
class Stretched:
    """A stretch of orders as the log has it, folded up to any position."""

    stretch: Stretch
    audited: list[Audited]
    command: Connection
    _folds: dict[int, dict[UUID, Found | str]] = field(default_factory=dict)

    def expected(self, position: int) -> dict[UUID, Found | str]:
        """Return the rows of each order at a position, or why there can be none."""
        if position not in self._folds:
            self._folds[position] = self._expected(
                {a.stream_id: a.events for a in self.audited}, position
            )
        return self._folds[position]

    def expected_before(self, order_id: UUID, position: int) -> Found | str:
        """Return the rows of one order without its events from a position on."""
        events = {a.stream_id: a.events for a in self.audited}.get(order_id, ())
        return self._expected({order_id: events}, position - 1)[order_id]

    def _expected(
        self, events: Mapping[UUID, tuple[Recorded, ...]], position: int
    ) -> dict[UUID, Found | str]:
        folds = {
            order_id: _folded([e for e in of if e.position <= position])
            for order_id, of in events.items()
        }
        words = _words(self.command, [f for f in folds.values() if isinstance(f, Rows)])
        return {
            order_id: fold
            if isinstance(fold, str)
            else _expected(order_id, fold, words, position)
            for order_id, fold in folds.items()
        }


def differences(node: Node, orders: Stretched) -> Iterator[Finding]:
    """Yield what differs in the node's rows of these orders, and rows of no order."""
    parked = _parked(node, orders.stretch)
    found = _found(node.connection, orders.stretch)
    expected = dict(orders.expected(node.positions[sets.ORDERS]))
    for order_id, position in parked.items():
        detail = f"its event at {position} could not be applied"
        yield _finding(node, "parked", order_id, detail)
        if order_id in expected:
            expected[order_id] = _marked(orders.expected_before(order_id, position))
    for order_id, wanted in expected.items():
        rows = found.pop(order_id, Found())
        if isinstance(wanted, str):
            yield _finding(node, "cannot be folded", order_id, wanted)
        else:
            yield from _compared(node, order_id, wanted, rows)
    for order_id in found:
        yield _finding(node, "order", order_id, "the log has no such order")


def _marked(found: Found | str) -> Found | str:
    if isinstance(found, Found) and found.order is not None:
        found.order["parked"] = True
    return found


def _folded(events: list[Recorded]) -> Rows | str:
    rows = Rows()
    try:
        for event in events:
            apply(rows, event)
    except (Unreadable, OutOfSequence, *UNFIT) as error:
        return f"{type(error).__name__}: {error}"
    return rows


def _words(command: Connection, folds: list[Rows]) -> Words:
    orders = [row for rows in folds for row in rows.orders.values()]
    remarks = [i for row in orders for i in (row.note_id, row.reason_id) if i]
    return Words(
        cards=auditing.cards(command, list({row.customer_id for row in orders})),
        remarks=auditing.remarks(command, remarks) if remarks else {},
    )


def _expected(order_id: UUID, rows: Rows, words: Words, position: int) -> Found:
    row = rows.orders.get(order_id)
    if row is None:
        return Found()
    expected = Found(
        order=_plain({**vars(row), "items": list(row.items), "parked": False}),
        history={h.version: _plain(vars(h)) for h in rows.history},
        past={p.version: _plain(vars(p)) for p in rows.past},
    )
    name, email, changed_at = words.cards.get(row.customer_id, (None, None, 0))
    if changed_at <= position:
        assert expected.order is not None
        expected.order |= {"customer_name": name, "customer_email": email}
        expected.order |= _remarks(row, words)
    else:
        _leave_words_out(expected)  # the words of today are not in the rows yet
    return expected


def _remarks(row: OrderRow, words: Words) -> Columns:
    return {
        "note": words.remarks.get(row.note_id) if row.note_id else None,
        "reason": words.remarks.get(row.reason_id) if row.reason_id else None,
    }


def _leave_words_out(expected: Found) -> None:
    for columns in (expected.order or {}, *expected.past.values()):
        columns.pop("carrier", None)
        columns.pop("tracking_number", None)
    for columns in expected.history.values():
        if columns["type"] in {OrderShipped.__name__, OrderNoteAdded.__name__}:
            del columns["data"]


def _compared(
    node: Node, order_id: UUID, expected: Found, found: Found
) -> Iterator[Finding]:
    if expected.order is None or found.order is None:
        if expected.order is not None:
            yield _finding(node, "order", order_id, "the row is missing")
        elif found.order is not None:
            yield _finding(node, "order", order_id, "the log has it later, or not")
        return
    for detail in _columns(expected.order, found.order):
        yield _finding(node, "order", order_id, detail)
    for kind in ("history", "past"):
        yield from _versions(
            node, kind, order_id, getattr(expected, kind), getattr(found, kind)
        )


def _versions(
    node: Node,
    kind: str,
    order_id: UUID,
    expected: dict[int, Columns],
    found: dict[int, Columns],
) -> Iterator[Finding]:
    for version in sorted({*expected, *found}):
        if version not in found:
            detail = f"version {version} is missing"
            yield _finding(node, kind, order_id, detail)
        elif version not in expected:
            detail = f"version {version} is not in the log"
            yield _finding(node, kind, order_id, detail)
        else:
            for what in _columns(expected[version], found[version]):
                yield _finding(node, kind, order_id, f"version {version}: {what}")


def _columns(expected: Columns, found: Columns) -> Iterator[str]:
    for column, value in found.items():
        if column not in expected or expected[column] == value:
            continue
        if column in PERSONAL:
            yield f"{column} differs"
        else:
            yield f"{column} is {value}, the log says {expected[column]}"


def _finding(node: Node, kind: str, order_id: UUID, detail: str) -> Finding:
    return Finding(node=node.name, kind=kind, stream_id=order_id, detail=detail)


def _parked(node: Node, stretch: Stretch) -> dict[UUID, int]:
    """Return from where on an order's events wait there."""
    name = node.parked_under.get(sets.ORDERS, sets.ORDERS)
    rows = node.connection.execute(_PARKED, {"name": name, **vars(stretch)}).fetchall()
    return dict(rows)


def _found(connection: Connection, stretch: Stretch) -> dict[UUID, Found]:
    found: dict[UUID, Found] = {}
    for row in _selected(connection, _ORDERS, stretch):
        found.setdefault(row["order_id"], Found()).order = _plain(row)
    for row in _selected(connection, _HISTORY, stretch):
        of = found.setdefault(row["order_id"], Found())
        of.history[row["version"]] = _plain(row)
    for row in _selected(connection, _PAST, stretch):
        of = found.setdefault(row["order_id"], Found())
        of.past[row["version"]] = _plain(row)
    return found


def _selected(
    connection: Connection, question: bytes, stretch: Stretch
) -> Iterator[Columns]:
    cursor = connection.execute(question, vars(stretch))
    names = [column.name for column in cursor.description or ()]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _plain(columns: Columns) -> Columns:
    """Let amounts be compared with all their digits, and documents as documents."""
    plain = dict(columns)
    if "total" in plain:
        plain["total"] = format(plain["total"], "f")
    for name in _DOCUMENTS & plain.keys():
        plain[name] = _document(plain[name])
    return plain


def _document(value: Any) -> Any:
    if value in ({}, "{}"):
        return {}
    text = value if isinstance(value, str) else orjson.dumps(value, default=_digits)
    return json.loads(text, parse_float=str, parse_int=str)


def _digits(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(type(value).__name__)


_DOCUMENTS = frozenset({"items", "data"})
_RANGE = "order_id > %(after)s and (%(up_to)s::uuid is null or order_id <= %(up_to)s)"
_ORDERS = f"""
select order_id, order_number, reference, customer_id, item_count, total, currency,
       status, version, created_at, last_updated_at, items::text as items, carrier,
       tracking_number, parked, customer_name, customer_email, note, reason
from orders_query_orderreadmodel where {_RANGE}
""".encode()  # noqa: S608 - built from constants
_HISTORY = f"""
select order_id, version, position, type, at, actor, data::text as data, customer_id,
       status
from orders_query_orderhistory where {_RANGE}
""".encode()  # noqa: S608 - built from constants
_PAST = f"""
select order_id, version, coalesce(lower(validity), last_updated_at) as valid_from,
       coalesce(upper(validity), last_updated_at) as valid_until, item_count, total,
       status, last_updated_at, carrier, tracking_number
from orders_query_orderversion where {_RANGE}
""".encode()  # noqa: S608 - built from constants
_PARKED = b"""
select stream_id, min(position) from orders_query_parkedevent
where projection = %(name)s and stream_id > %(after)s
  and (%(up_to)s::uuid is null or stream_id <= %(up_to)s)
group by stream_id
"""
