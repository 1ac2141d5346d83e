"""Writes one order's rows anew from the log, with all that adds up over them."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from django.db import connections, transaction

from orders_command import auditing
from orders_command.auditing import Audited, Connection, Stretch
from orders_command.events import OrderCreated, Recorded, Unreadable
from orders_query.databases import PRIMARY
from orders_query.projection import OutOfSequence, Rows, apply
from orders_query.projector import save, sets, words_of_the_day
from orders_query.verification import aggregates, per_order, repairs, rows, sales
from orders_query.verification.findings import Finding
from orders_query.verification.nodes import CannotVerify, Node, snapshot_of_log
from orders_query.verification.rows import UNFIT, Stretched
from orders_query.verification.sales import Row, Table

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What differed before, and what is wrong in the log or in the state row still."""

    order_id: UUID
    position: int
    mended: tuple[Finding, ...]
    left: tuple[str, ...]


def repair(order_id: UUID, *, actor: str) -> Repaired:
    """
    Bring an order, its customer's totals, the counts and its day's sales in line,
    whatever they were: rows of an order that the log does not know go.

    In one transaction, with the projector held. It is compared with the log before it
    is kept. What was parked of the order is forgotten: its events are in the rows now.

    :raises CannotVerify: if nothing was changed, since the log itself does not fold
    """
    with transaction.atomic(using=PRIMARY):
        node = _held()  # first: the snapshot has all that is applied
        with snapshot_of_log() as command:
            work = _Repair(order_id=order_id, node=node, command=command)
            repaired = work.done()
    told = "; ".join(map(str, repaired.mended)) or "nothing differed"
    logger.warning("Order %s was repaired by %s: %s", order_id, actor, told)
    return repaired


def _held() -> Node:
    """Keep the projector away for the rest of the transaction."""
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute(repairs.HOLD, {"names": list(sets.TABLES)})
        positions = dict(cursor.fetchall())
    connection: Any = connections[PRIMARY].connection
    return Node(name=PRIMARY, connection=connection, positions=positions)


@dataclass(kw_only=True)
class _Repair:
    order_id: UUID
    node: Node
    command: Connection

    def __post_init__(self) -> None:
        """Look at what is there before it is changed."""
        self.customers = sorted(self._customers())
        self.sales = {day: self._sales_of(day) for day in sorted(self._days())}

    @cached_property
    def audited(self) -> Audited:
        found = auditing.orders(self.command, _only(self.order_id))
        nothing = Audited(stream_id=self.order_id, events=(), problems=())
        return found[0] if found else nothing

    @cached_property
    def events(self) -> tuple[Recorded, ...]:
        position = self.node.positions[sets.ORDERS]
        return tuple(e for e in self.audited.events if e.position <= position)

    def done(self) -> Repaired:
        before = tuple(self.differences())
        self.write_anew()
        still = next(self.differences(), None)
        if still is not None:
            raise CannotVerify(f"Nothing is changed, it would still differ: {still}")
        return Repaired(
            order_id=self.order_id,
            position=self.node.positions[sets.ORDERS],
            mended=before,
            left=self.audited.problems,
        )

    def differences(self) -> Iterator[Finding]:
        """Yield what of the order, and of the sums it is in, is not as the log says."""
        stretched = Stretched(
            stretch=_only(self.order_id), audited=[self.audited], command=self.command
        )
        yield from rows.differences(self.node, stretched)
        for projection in per_order.PROJECTIONS:
            yield from per_order.differences(
                self.node,
                projection=projection,
                stretch=_only(self.order_id),
                audited=[self.audited],
            )
        for customer_id in self.customers:
            stretch = _only(customer_id)
            known = auditing.customers(self.command, stretch)
            yield from aggregates.totals(self.node, stretch, known)
        yield from aggregates.counts(self.node)
        for name in sets.TABLES:
            yield from aggregates.parked(self.node, projection=name)
        for day, wanted in self.sales.items():
            for table, found in wanted.items():
                yield from sales.of_day(self.node, table, found, day)

    def write_anew(self) -> None:
        for statement in repairs.FORGET_ORDER:
            names = list(sets.TABLES)
            self._do(statement.encode(), order_id=self.order_id, names=names)
        self._write_rows()
        for projection in per_order.PROJECTIONS:
            per_order.write_anew(self.node, projection, self.audited)
        for customer_id in self.customers:
            version = self._version_of(customer_id)
            for statement in repairs.TOTALS:
                self._do(statement.encode(), customer_id=customer_id, version=version)
        for statement in repairs.COUNTS:
            self._do(statement.encode())
        for day, wanted in self.sales.items():
            for table, found in wanted.items():
                self._do(table.forget_day, day=day)
                self._do(table.save, rows=orjson.dumps(found).decode())

    def _write_rows(self) -> None:
        folded = Rows()
        try:
            for event in self.events:
                apply(folded, event)
        except (Unreadable, OutOfSequence, *UNFIT) as error:
            name = type(error).__name__
            raise CannotVerify(f"The log of it does not fold: {name}") from error
        words = words_of_the_day(folded)
        folded.totals.clear()  # what adds up is summed anew
        folded.counts.clear()
        save(folded, words)

    def _customers(self) -> set[UUID]:
        """Return whose order it is, and whose it is by its row."""
        found = {row[0] for row in self._row()}
        found |= {
            event.content.customer_id
            for event in self.events
            if isinstance(event.content, OrderCreated)
        }
        return found

    def _days(self) -> set[date]:
        times: list[datetime] = [event.occurred_at for event in self.events[:1]]
        times += [row[1] for row in self._row()]
        return {at.astimezone(UTC).date() for at in times}

    def _row(self) -> list[Any]:
        return self.node.connection.execute(repairs.ROW, [self.order_id]).fetchall()

    def _sales_of(self, day: date) -> dict[Table, list[Row]]:
        up_to = self.node.positions[sets.SALES]
        waiting = sales.parked(self.node, but=self.order_id)
        return {
            table: list(table.read(self.command, up_to=up_to, without=waiting, day=day))
            for table in sales.TABLES
        }

    def _version_of(self, customer_id: UUID) -> int | None:
        position = self.node.positions[sets.ORDERS]
        known = auditing.customers(self.command, _only(customer_id))
        events = [e for customer in known for e in customer.events]
        return max((e.version for e in events if e.position <= position), default=None)

    def _do(self, statement: bytes, **parameters: Any) -> None:
        self.node.connection.execute(statement, parameters)


def _only(stream_id: UUID) -> Stretch:
    return Stretch(after=UUID(int=max(0, stream_id.int - 1)), up_to=stream_id)
