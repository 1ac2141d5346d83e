"""The chain of one stream: versions without a gap, and hashes that are right."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson

from orders_command import codec
from orders_command.codec import Entry
from orders_command.store.entries import GENESIS


def problems(rows: list[Any]) -> Iterator[str]:
    """Yield each place where an event does not follow the one before it."""
    head, expected, before = GENESIS, 1, 0
    for row in rows:
        position, version = row[0], row[2]
        previous, digest, event_id = bytes(row[11]), bytes(row[10]), row[12]
        if version != expected:
            yield f"version {expected} is missing before {version} at {position}"
        elif previous != head:
            yield f"version {version} at {position} does not follow the one before it"
        if codec.chain(previous, _entry(event_id, row)) != digest:
            yield f"version {version} at {position} is not what was hashed"
        if position <= before:
            yield f"version {version} at {position} lies before the one it follows"
        head, expected, before = digest, version + 1, position


def head_problems(rows: list[Any], state: dict[str, Any] | None) -> Iterator[str]:
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
