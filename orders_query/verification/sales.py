"""Days and products of one node, against what the log itself adds up to.

Order rows would not do: of a parked order they lack what the sales may have.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
import psycopg

from orders_command import auditing
from orders_command.auditing import Connection
from orders_query.projector import sets
from orders_query.verification.findings import Finding
from orders_query.verification.nodes import Node

SENT_AT_ONCE = 2000  # rows, at least, and whole days
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """One of the tables of sales, and who reads from the log what it should have."""

    kind: str
    name: str
    keys: dict[str, str]
    numbers: dict[str, str]
    read: Callable[..., Iterator[Row]]

    @property
    def should_be(self) -> str:
        columns = {**self.keys, **self.numbers}
        listed = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        return f"(select * from json_to_recordset(%(rows)s::json) as r ({listed}))"  # noqa: S608

    @property
    def forget_day(self) -> bytes:
        return f"delete from {self.name} where day = %(day)s".encode()  # noqa: S608

    @property
    def save(self) -> bytes:
        columns = ", ".join((*self.keys, *self.numbers))
        return (
            f"insert into {self.name} ({columns})"  # noqa: S608
            f" select {columns} from {self.should_be} r"
        ).encode()

    @property
    def differs(self) -> bytes:
        """Return the SQL for how far its days are off, of those that are."""
        is_off = " or ".join(f"o.{n} is distinct from e.{n}" for n in self.numbers)
        off = [f"coalesce(o.{n}, 0) - coalesce(e.{n}, 0)" for n in self.numbers]
        return (
            f"select array[{', '.join(f'{key}::text' for key in self.keys)}],"  # noqa: S608
            f" o.day is null, e.day is null, {', '.join(off)}"
            f" from {self.should_be} e full join (select * from {self.name}"
            " where day > %(after)s and day <= %(last)s) o"
            f" using ({', '.join(self.keys)})"
            f" where e.day is null or o.day is null or {is_off}"
            f" order by {', '.join(self.keys)}"
        ).encode()


TABLES = (
    Table(
        kind="daily sales",
        name="orders_query_dailysales",
        keys={"day": "date", "currency": "text"},
        numbers={"orders": "bigint", "cancelled": "bigint", "revenue": "numeric"},
        read=auditing.daily_sales,
    ),
    Table(
        kind="product sales",
        name="orders_query_productsales",
        keys={"day": "date", "product_id": "text", "currency": "text"},
        numbers={"quantity": "bigint", "orders": "bigint", "revenue": "numeric"},
        read=auditing.product_sales,
    ),
)


def differences(node: Node, command: Connection) -> Iterator[Finding]:
    """Yield each day and product that is not what the log says."""
    waiting = parked(node)
    up_to = node.positions[sets.SALES]
    for table in TABLES:
        rows = table.read(command, up_to=up_to, without=waiting)
        try:
            with command.transaction():
                yield from _in_parts(node, table, rows)
        except psycopg.DataError as error:
            detail = f"the log cannot be summed: {type(error).__name__}"
            yield Finding(node=node.name, kind=table.kind, detail=detail)


def of_day(node: Node, table: Table, rows: list[Row], day: date) -> Iterator[Finding]:
    """Yield what is off on one day."""
    return _compared(node, table, rows, day - timedelta(days=1), day)


def parked(node: Node, *, but: UUID | None = None) -> list[int]:
    """Return the positions that the node's sales do not have yet, but for one order."""
    asked = {"name": node.parked_under.get(sets.SALES, sets.SALES), "but": but}
    return [row[0] for row in node.connection.execute(_PARKED, asked)]


def _in_parts(node: Node, table: Table, rows: Iterator[Row]) -> Iterator[Finding]:
    after, gathered = date.min, list[Row]()
    for day, found in groupby(rows, key=itemgetter("day")):
        gathered += found
        if len(gathered) >= SENT_AT_ONCE:
            yield from _compared(node, table, gathered, after, day)
            after, gathered = day, []
    yield from _compared(node, table, gathered, after, date.max)


def _compared(
    node: Node, table: Table, rows: list[Row], after: date, last: date
) -> Iterator[Finding]:
    asked = {"rows": orjson.dumps(rows).decode(), "after": after, "last": last}
    for row in node.connection.execute(table.differs, asked):
        keys, is_missing, is_unknown, *off = row
        told = ", ".join(
            f"{name} {by:+f}" for name, by in zip(table.numbers, off, strict=True) if by
        )
        if is_missing or is_unknown:
            what = "the row is missing" if is_missing else "the log has nothing there"
            told = ", ".join(filter(None, (what, told)))
        yield Finding(
            node=node.name, kind=table.kind, detail=f"{' '.join(keys)} is off: {told}"
        )


_PARKED = b"""
select position from orders_query_parkedevent
where projection = %(name)s and stream_id is distinct from %(but)s::uuid
"""
