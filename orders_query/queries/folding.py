"""One order straight from the log, when no read table is fresh enough in time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db.utils import InterfaceError, OperationalError

from customers import directory
from customers.directory import Card
from orders_command import feed
from orders_query.projection import HistoryRow, OrderRow, Rows, apply
from orders_query.queries.answers import Answer, NotYetConsistent, OrderNotFound

SOURCE = "log"


@dataclass(frozen=True, kw_only=True)
class Folded:
    """An order as its events add up, and how far the log was then."""

    row: OrderRow
    history: list[HistoryRow]
    position: int


def order_from_log(order_id: UUID, *, at_least: int, only_of: UUID | None) -> Answer:
    """Return the order folded from its events, as `queries.order` would."""
    folded = _fold(order_id, at_least=at_least, only_of=only_of)
    card = directory.find(folded.row.customer_id)
    return Answer(
        body=_json(_shown(folded.row, card)),
        position=max(folded.position, card.position),
        source=SOURCE,
        version=folded.row.version,
    )


def history_from_log(order_id: UUID, *, at_least: int, only_of: UUID | None) -> Answer:
    """Return the order's events from the log, as `queries.history` would."""
    folded = _fold(order_id, at_least=at_least, only_of=only_of)
    body = _json([_event(row) for row in folded.history])
    return Answer(body=body, position=folded.position, source=SOURCE)


def _fold(order_id: UUID, *, at_least: int, only_of: UUID | None) -> Folded:
    try:
        position = _proven(at_least)
        events = feed.events_of(order_id)
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise NotYetConsistent(at_least) from error
    rows = Rows()
    for recorded in events:
        apply(rows, recorded)
    row = rows.orders.get(order_id)
    if row is None or only_of not in (None, row.customer_id):
        raise OrderNotFound(position=position, source=SOURCE)
    # Of its own events it may show some that came after the proof.
    shown = max(position, rows.history[-1].position)
    return Folded(row=row, history=rows.history, position=shown)


def _proven(at_least: int) -> int:
    """Return how far the log stands for good; a token beyond it waits for nobody."""
    if feed.head() < at_least:
        raise NotYetConsistent(at_least)
    return feed.proven_head()


def _shown(row: OrderRow, card: Card) -> dict[str, Any]:
    texts = feed.remarks(filter(None, (row.note_id, row.reason_id)))
    return {
        "orderId": row.order_id,
        "orderNumber": row.order_number,
        "reference": row.reference,
        "customerId": row.customer_id,
        "customerName": card.name,
        "customerEmail": card.email,
        "itemCount": row.item_count,
        "total": row.total,
        "currency": row.currency,
        "status": row.status,
        "version": row.version,
        "createdAt": row.created_at,
        "lastUpdatedAt": row.last_updated_at,
        "items": row.items,
        "note": texts.get(row.note_id) if row.note_id else None,
        "reason": texts.get(row.reason_id) if row.reason_id else None,
        "carrier": row.carrier,
        "trackingNumber": row.tracking_number,
    }


def _event(row: HistoryRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "type": row.type,
        "at": row.at,
        "actor": row.actor,
        "position": row.position,
        "data": row.data,
    }


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return orjson.Fragment(format(value, "f").encode())
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case _:
            raise TypeError(type(value).__name__)
