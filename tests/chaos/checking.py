"""Holds what clients were told against the log, once all is quiet. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.history import FAIL, OK, Operation

ERASED = "CustomerErased"
STATUS_AFTER = {
    "OrderCreated": "PENDING",
    "OrderItemsAmended": "PENDING",
    "OrderConfirmed": "CONFIRMED",
    "OrderShipped": "SHIPPED",
    "OrderDelivered": "DELIVERED",
    "OrderCancelled": "CANCELLED",
}
Rows = Mapping[str, tuple[str, int]]  # of each order: its status and version


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An event of the log, and the request that it came of."""

    position: int
    stream_id: str
    version: int
    type: str
    request_id: str


def check(operations: Sequence[Operation], log: Sequence[Logged]) -> list[str]:
    """Return each broken promise as a sentence that begins with its checker's name."""
    writes = [op for op in operations if not op.is_read]
    reads = [op for op in operations if op.is_read]
    return [
        *acknowledged_once(writes, log),
        *refused_never(writes, log),
        *unknown_at_most_once(writes, log),
        *versions_without_gap(log),
        *real_time_order(writes),
        *reads_at_their_token(reads, log),
        *no_step_back(reads),
        *erased_for_good(reads, log),
        *trouble_is_told(operations),
    ]


def acknowledged_once(
    writes: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """What was answered with success is in the log once, where the answer said."""
    caused = by_request(log)
    for op in writes:
        if op.outcome != OK:
            continue
        events = caused[op.id]
        # A customer's answer tells no version.
        places = [
            (e.stream_id, e.version if op.version else 0, e.position) for e in events
        ]
        if places != [(op.stream_id, op.version, op.position)]:
            yield (
                f"acknowledged once: {op.kind} {op.id} was told version {op.version} "
                f"at {op.position}, the log has {places}"
            )


def refused_never(writes: Iterable[Operation], log: Sequence[Logged]) -> Iterator[str]:
    """What was refused is not in the log."""
    caused = by_request(log)
    for op in writes:
        if op.outcome == FAIL and caused[op.id]:
            yield f"refused never: {op.kind} {op.id} was refused with {op.status}"


def unknown_at_most_once(
    writes: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """What nobody knows the outcome of has happened once or not at all."""
    caused = by_request(log)
    for op in writes:
        if op.outcome not in {OK, FAIL} and len(caused[op.id]) > 1:
            yield f"unknown at most once: {op.kind} {op.id}: {len(caused[op.id])} times"


def versions_without_gap(log: Iterable[Logged]) -> Iterator[str]:
    """Each stream has versions 1, 2, 3 …, in the order of positions."""
    streams: dict[str, list[Logged]] = defaultdict(list)
    for event in sorted(log, key=lambda e: e.position):
        streams[event.stream_id].append(event)
    for stream_id, events in streams.items():
        versions = [event.version for event in events]
        if versions != list(range(1, len(events) + 1)):
            yield f"versions without gap: {stream_id} has {versions}"


def real_time_order(writes: Iterable[Operation]) -> Iterator[str]:
    """Of two changes of a stream, the one that ended first has the lower position."""
    streams: dict[str, list[Operation]] = defaultdict(list)
    for op in writes:
        if op.outcome == OK:
            streams[op.stream_id].append(op)
    for stream_id, ops in streams.items():
        latest = None  # begun, of those with a lower position
        for op in sorted(ops, key=lambda op: op.position):
            if latest is not None and op.ended_at < latest.began_at:
                yield (
                    f"real-time order: {stream_id} at {op.position} had ended before "
                    f"what is at {latest.position} was asked for"
                )
            if latest is None or op.began_at > latest.began_at:
                latest = op


def reads_at_their_token(
    reads: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """An answer stands for its token or later, and shows all events up to there."""
    positions: dict[str, list[int]] = defaultdict(list)
    for event in log:
        positions[event.stream_id].append(event.position)
    for op in reads:
        first = min(positions[op.stream_id], default=None)
        if op.status == 404 and first is not None and first <= op.brought:
            yield (
                f"reads at their token: {op.id} brought {op.brought} and was told "
                f"that {op.stream_id} of {first} is not there"
            )
        if op.outcome != OK:
            continue
        if op.got < op.brought:
            yield f"reads at their token: {op.id} brought {op.brought}, got {op.got}"
        for stream_id, version in op.seen.items():
            known = sum(p <= op.brought for p in positions[stream_id])
            if version < known:
                yield (
                    f"reads at their token: {op.id} brought {op.brought} and saw "
                    f"version {version} of {stream_id}, not {known}"
                )


def no_step_back(reads: Iterable[Operation]) -> Iterator[str]:
    """A client that brings its newest token never sees an older version."""
    seen: dict[tuple[str, str], int] = {}
    for op in sorted(reads, key=lambda op: op.ended_at):
        if op.outcome != OK:
            continue
        for stream_id, version in op.seen.items():
            newest = seen.get((op.client, stream_id), 0)
            if version < newest:
                yield (
                    f"no step back: {op.client} saw version {newest} of {stream_id} "
                    f"and then {version} ({op.id})"
                )
            seen[op.client, stream_id] = max(newest, version)


def erased_for_good(reads: Iterable[Operation], log: Sequence[Logged]) -> Iterator[str]:
    """Whoever brings the token of an erasure does not see the person's name."""
    erased = {e.stream_id: e.position for e in log if e.type == ERASED}
    for op in reads:
        for customer_id in op.named:
            if customer_id in erased and erased[customer_id] <= op.brought:
                yield (
                    f"erased for good: {op.id} brought {op.brought} and saw the name "
                    f"of {customer_id}, erased at {erased[customer_id]}"
                )


def trouble_is_told(operations: Iterable[Operation]) -> Iterator[str]:
    """Whatever is away, the answer is 503 and says when to come back."""
    for op in operations:
        if op.unkind:
            yield f"trouble is told: {op.kind} {op.id} was answered {op.unkind}"


def same_as_log(where: str, rows: Rows, log: Sequence[Logged]) -> Iterator[str]:
    """Each order's row is what its last event left, and there is no other row."""
    expected: dict[str, tuple[str, int]] = {}
    for event in sorted(log, key=lambda e: (e.stream_id, e.version)):
        if event.type in STATUS_AFTER:
            expected[event.stream_id] = (STATUS_AFTER[event.type], event.version)
    for order_id in sorted(expected.keys() | rows.keys()):
        if rows.get(order_id) != expected.get(order_id):
            yield (
                f"same as the log: {where} has {rows.get(order_id)} for {order_id}, "
                f"the log {expected.get(order_id)}"
            )


def by_request(log: Iterable[Logged]) -> dict[str, list[Logged]]:
    caused: dict[str, list[Logged]] = defaultdict(list)
    for event in log:
        caused[event.request_id].append(event)
    return caused
