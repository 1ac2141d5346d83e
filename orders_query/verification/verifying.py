"""Goes through the whole log once, or through a sample, and compares every node."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from uuid import UUID

from orders_command import auditing, feed
from orders_command.auditing import Audited, Connection, Stretch
from orders_query.projection import cancelled_elsewhere
from orders_query.projector import sets
from orders_query.verification import aggregates, rows
from orders_query.verification.findings import Finding
from orders_query.verification.nodes import Node, Snapshots
from orders_query.verification.rows import Stretched

STRETCH = 1000
SAMPLED_AT_ONCE = 25  # neighbours: as many places as possible, few questions
LOG = "log"
OnProgress = Callable[["Report"], None]


@dataclass(kw_only=True)
class Report:
    """What was compared and what was found; complete when `verify` returns."""

    orders: int = 0
    customers: int = 0
    events: int = 0
    total: int = 0  # orders there are, as far as is known
    seconds: float = 0.0
    positions: dict[str, dict[str, int]] = field(default_factory=dict)  # by node
    findings: list[Finding] = field(default_factory=list)

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(f"{f.node}: {f.kind}" for f in self.findings))


def verify(
    snapshots: Snapshots,
    *,
    sample: int | None = None,
    on_progress: OnProgress = lambda _: None,
) -> Report:
    """
    Compare log, state rows, read rows and what adds up over them, on every node.

    With a `sample`, only about so many orders in random places, and as many customers;
    then nothing that adds up over all orders.
    """
    began = time.monotonic()
    report = Report(
        total=_how_many(snapshots.command),
        positions={node.name: node.positions for node in snapshots.nodes},
        findings=list(snapshots.missing),
    )
    orders, customers = _stretches(snapshots.command, sample)
    for stretch in orders:
        _compare_orders(snapshots, stretch, report)
        report.seconds = time.monotonic() - began
        on_progress(report)
    for stretch in customers:
        _compare_customers(snapshots, stretch, report)
    if sample is None:
        for node in snapshots.nodes:
            report.findings += _sums(node, snapshots.command)
    report.seconds = time.monotonic() - began
    return report


def _compare_orders(snapshots: Snapshots, stretch: Stretch, report: Report) -> None:
    audited = auditing.orders(snapshots.command, stretch)
    report.orders += len(audited)
    report.events += sum(len(order.events) for order in audited)
    report.findings += _problems("order", audited)
    orders = Stretched(stretch=stretch, audited=audited, command=snapshots.command)
    for node in snapshots.nodes:
        if sets.ORDERS in node.covers:
            report.findings += rows.differences(node, orders)


def _compare_customers(snapshots: Snapshots, stretch: Stretch, report: Report) -> None:
    audited = auditing.customers(snapshots.command, stretch)
    report.customers += len(audited)
    report.events += sum(len(customer.events) for customer in audited)
    report.findings += _problems("customer", audited)
    for node in snapshots.nodes:
        if sets.ORDERS in node.covers:
            report.findings += aggregates.totals(node, stretch, audited)


def _sums(node: Node, command: Connection) -> Iterator[Finding]:
    if sets.ORDERS in node.covers:
        yield from aggregates.counts(node)
    if sets.SALES in node.covers:
        low, high = sorted(node.positions[name] for name in (sets.ORDERS, sets.SALES))
        between = list(feed.settled(after=low, up_to=high)) if low < high else []
        earlier = cancelled_elsewhere(between)
        placed = feed.creations(earlier) if earlier else {}
        yield from aggregates.sales(node, between, placed)


def _problems(kind: str, audited: Iterable[Audited]) -> Iterator[Finding]:
    for stream in audited:
        for problem in stream.problems:
            yield Finding(
                node=LOG, kind=kind, stream_id=stream.stream_id, detail=problem
            )


def _stretches(
    command: Connection, sample: int | None
) -> tuple[Iterator[Stretch], Iterator[Stretch]]:
    if sample is None:
        return (
            auditing.order_stretches(command, size=STRETCH),
            auditing.customer_stretches(command, size=STRETCH),
        )
    return (
        _sampled(
            auditing.order_ids(command),
            sample,
            partial(auditing.order_stretches, command),
        ),
        _sampled(
            auditing.customer_ids(command),
            sample,
            partial(auditing.customer_stretches, command),
        ),
    )


def _sampled(
    ends: tuple[UUID, UUID] | None,
    sample: int,
    stretches: Callable[..., Iterator[Stretch]],
) -> Iterator[Stretch]:
    """Yield short stretches from random places on."""
    if ends is None:
        return
    oldest, newest = ends
    size = min(sample, SAMPLED_AT_ONCE)
    for _ in range(max(1, sample // SAMPLED_AT_ONCE)):
        place = random.randint(oldest.int - 1, newest.int - 1)  # noqa: S311
        yield from islice(stretches(size=size, after=UUID(int=place)), 1)


def _how_many(command: Connection) -> int:
    row = command.execute(_ESTIMATE).fetchone()
    return max(0, int(row[0])) if row else 0


_ESTIMATE = b"select reltuples from pg_class where relname = 'orders_command_order'"
