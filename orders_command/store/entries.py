"""What is stored with every command, and the rows of the log it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from customers.signals import IdempotencyKey
from orders_command import codec, upcasting
from orders_command.codec import Entry
from orders_command.domain.order import Status
from orders_command.events import AnyEvent

GENESIS = b""  # what the first event of a stream is chained to


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a command led to. `position` is the consistency token to read it back."""

    order_id: UUID
    order_number: str
    status: Status
    version: int
    position: int
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who did it, when, in which request, and under which idempotency key."""

    actor: str
    at: datetime
    request_id: str = ""
    idempotency: IdempotencyKey | None = None


def entries(
    stream_id: UUID,
    events: Sequence[AnyEvent],
    *,
    after: int,
    head: bytes,
    context: Context,
) -> list[dict[str, Any]]:
    """Return the rows of the log for the events, each chained to the one before."""
    rows = []
    for version, event in enumerate(events, after + 1):
        type_name, data = codec.dump(event)
        entry = Entry(
            id=uuids.uuid7(),
            stream_id=stream_id,
            version=version,
            type=type_name,
            shape=upcasting.written(type_name),
            data=data,
            actor=context.actor,
            request_id=context.request_id,
            occurred_at=context.at,
        )
        previous, head = head, codec.chain(head, entry)
        rows.append({**vars(entry), "previous": previous.hex(), "hash": head.hex()})
    return rows


def key_columns(key: IdempotencyKey | None) -> dict[str, Any]:
    if key is None:
        return {"caller": None, "key": None, "fingerprint": None}
    return {"caller": key.caller, "key": key.digest, "fingerprint": key.fingerprint}
