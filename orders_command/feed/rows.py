"""Rows of the log, and the events they keep."""

from typing import Any

import orjson

from orders_command import codec
from orders_command.events import AnyEvent, Recorded, Unreadable

COLUMNS = """
select position, coalesce(order_id, customer_id), version, type, shape, data::text,
       actor, request_id, occurred_at, recorded_at, hash
from orders_command_event
"""


def recorded(row: Any) -> Recorded:
    """Return a row of the log, its columns in the order that is selected here."""
    position, stream, version, kind, shape, data, actor, request, at, logged, digest = (
        row
    )
    return Recorded(
        position=position,
        stream_id=stream,
        version=version,
        type=kind,
        content=_content(kind, shape, data),
        actor=actor,
        request_id=request,
        occurred_at=at,
        recorded_at=logged,
        hash=bytes(digest),
    )


def _content(kind: str, shape: int, data: str) -> AnyEvent | Unreadable:
    """One event that cannot be read keeps nobody from the others."""
    try:
        return codec.load(kind, shape, orjson.loads(data))
    except Unreadable as unreadable:
        return unreadable
