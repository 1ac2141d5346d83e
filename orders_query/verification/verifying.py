"""Goes through the whole log once, or through a sample, and compares every node."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from uuid import UUID

import psycopg
from django.conf import settings

from orders_command import auditing
from orders_command.auditing import Audited, Connection, Stretch
from orders_query.projector import sets
from orders_query.verification import aggregates, per_order, rows, sales
from orders_query.verification.findings import Finding
from orders_query.verification.nodes import ABSENT, Node, Snapshots, absent
from orders_query.verification.rows import Stretched

STRETCH = 1000
KEPT = 1000  # findings; the others are counted
SAMPLED_AT_ONCE = 25  # neighbours: as many places as possible, few questions
LOG = "log"
OnProgress = Callable[["Report"], None]
Sums = Callable[[Node, Connection], Iterator[Finding]]
# How a projection's tables are compared as a whole, if not order by order; the log is
# asked through the connection, up to where the node stands.
SUMS: dict[str, Sums] = {
    sets.ORDERS: lambda node, command: aggregates.counts(node),
    sets.SALES: sales.differences,
}


@dataclass(kw_only=True)
class Report:
    """What was compared and what was found; complete when `verify` returns."""

    orders: int = 0
    customers: int = 0
    events: int = 0
    total: int = 0  # orders there are, as far as is known
    seconds: float = 0.0
    positions: dict[str, dict[str, int]] = field(default_factory=dict)  # by node
    keep: int = KEPT
    findings: list[Finding] = field(default_factory=list)  # so many of them
    kinds: Counter[str] = field(default_factory=Counter)  # by node; all of them

    @property
    def differences(self) -> int:
        """Those of the data: a replica that is away is told, and has its own alarm."""
        return sum(n for kind, n in self.kinds.items() if kind not in self._absences)

    @property
    def is_sound(self) -> bool:
        """Nothing differs, and no node was left out."""
        return not self.kinds

    @property
    def _absences(self) -> set[str]:
        return {kind for kind in self.kinds if kind.endswith(f": {ABSENT}")}

    def add(self, findings: Iterable[Finding]) -> None:
        """Count all, and keep as many as somebody may want to see."""
        for finding in findings:
            self.kinds[f"{finding.node}: {finding.kind}"] += 1
            if len(self.findings) < self.keep:
                self.findings.append(finding)

    def keep_only(self, node: str) -> None:
        """Leave out what was found elsewhere."""
        self.findings = [f for f in self.findings if f.node == node]
        of_node = f"{node}: "
        self.kinds = Counter(
            {kind: n for kind, n in self.kinds.items() if kind.startswith(of_node)}
        )


def verify(
    snapshots: Snapshots,
    *,
    sample: int | None = None,
    keep: int = KEPT,
    on_progress: OnProgress = lambda _: None,
) -> Report:
    """
    Compare log, state rows, read rows and what adds up over them, on every node.

    With a `sample`, only about so many orders in random places, and as many customers;
    then nothing that adds up over all orders. All differences are counted, and so many
    kept.
    """
    began = time.monotonic()
    report = Report(
        keep=keep,
        total=_how_many(snapshots.command),
        positions={node.name: node.positions for node in snapshots.nodes},
    )
    report.add(snapshots.missing)
    run = _Run(snapshots=snapshots, report=report)
    orders, customers = _stretches(snapshots.command, sample)
    for stretch in orders:
        run.compare_orders(stretch)
        report.seconds = time.monotonic() - began
        on_progress(report)
    for stretch in customers:
        run.compare_customers(stretch)
    run.compare_sums(of_all=sample is None)
    report.seconds = time.monotonic() - began
    return report


@dataclass(kw_only=True)
class _Run:
    snapshots: Snapshots
    report: Report
    lost: set[str] = field(default_factory=set)

    def compare_orders(self, stretch: Stretch) -> None:
        command = self.snapshots.command
        audited = auditing.orders(command, stretch)
        self.report.orders += len(audited)
        self._add_log("order", audited)
        orders = Stretched(stretch=stretch, audited=audited, command=command)
        self._on_each(sets.ORDERS, lambda node: rows.differences(node, orders))
        for projection in per_order.PROJECTIONS:
            compare = partial(
                per_order.differences,
                projection=projection,
                stretch=stretch,
                audited=audited,
            )
            self._on_each(projection.name, compare)

    def compare_customers(self, stretch: Stretch) -> None:
        audited = auditing.customers(self.snapshots.command, stretch)
        self.report.customers += len(audited)
        self._add_log("customer", audited)
        self._on_each(
            sets.ORDERS, lambda node: aggregates.totals(node, stretch, audited)
        )

    def compare_sums(self, *, of_all: bool) -> None:
        for name in sets.TABLES:
            self._on_each(name, partial(aggregates.parked, projection=name))
        if of_all:
            command = self.snapshots.command
            for name, sums in SUMS.items():
                self._on_each(name, _of(sums, command))

    def _add_log(self, kind: str, audited: list[Audited]) -> None:
        self.report.events += sum(len(stream.events) for stream in audited)
        self.report.add(_problems(kind, audited))

    def _on_each(
        self, projection: str, compare: Callable[[Node], Iterator[Finding]]
    ) -> None:
        """Compare each node that has it; a replica that is lost ends there."""
        for node in self.snapshots.nodes:
            if projection not in node.covers or node.name in self.lost:
                continue
            try:
                self.report.add(compare(node))
            except psycopg.OperationalError as error:
                if node.name not in settings.REPLICAS:
                    raise
                self.lost.add(node.name)
                why = f"lost after {self.report.orders} orders"
                self.report.add([absent(node.name, f"{why}, {type(error).__name__}")])


def _of(sums: Sums, command: Connection) -> Callable[[Node], Iterator[Finding]]:
    return lambda node: sums(node, command)


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
