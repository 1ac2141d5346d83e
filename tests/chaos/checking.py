"""Holds what clients were told against the log, once all is quiet. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.chaos.history import FAIL, OK, Operation


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
    ]


def acknowledged_once(
    writes: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """What was answered with success is in the log once, where the answer said."""
    caused = _by_request(log)
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
    caused = _by_request(log)
    for op in writes:
        if op.outcome == FAIL and caused[op.id]:
            yield f"refused never: {op.kind} {op.id} was refused with {op.status}"


def unknown_at_most_once(
    writes: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """What nobody knows the outcome of has happened once or not at all."""
    caused = _by_request(log)
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
    """Of two changes of an order, the one that ended first has the lower version."""
    streams: dict[str, list[Operation]] = defaultdict(list)
    for op in writes:
        if op.outcome == OK:
            streams[op.stream_id].append(op)
    for stream_id, ops in streams.items():
        for before, after in pairwise(sorted(ops, key=lambda op: op.version)):
            if after.ended_at < before.began_at:
                yield (
                    f"real-time order: {stream_id} version {after.version} had ended "
                    f"before version {before.version} was asked for"
                )


def reads_at_their_token(
    reads: Iterable[Operation], log: Sequence[Logged]
) -> Iterator[str]:
    """An answer stands for its token or later, and shows all events up to there."""
    positions: dict[str, list[int]] = defaultdict(list)
    for event in log:
        positions[event.stream_id].append(event.position)
    for op in reads:
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


def _by_request(log: Iterable[Logged]) -> dict[str, list[Logged]]:
    caused: dict[str, list[Logged]] = defaultdict(list)
    for event in log:
        caused[event.request_id].append(event)
    return caused
