"""One order straight from the log, when no read table is fresh enough in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.db.utils import InterfaceError, OperationalError

from customers import directory
from customers.directory import Card
from orders_command import feed
from orders_command.events import (
    OrderCreated,
    OrderNoteAdded,
    Recorded,
    Unreadable,
)
from orders_command.wording import json_of, of_history
from orders_query.projection import OrderRow, Rows, apply
from orders_query.queries.answers import (
    Answer,
    NotYetConsistent,
    OrderNotFound,
    VersionNotFound,
)
from orders_query.queries.asking import Reader
from orders_query.queries.statements import NEWEST_NOTES

SOURCE = "log"


@dataclass(frozen=True, kw_only=True)
class Folded:
    """An order as its events add up, and how far the log was then."""

    row: OrderRow
    events: tuple[Recorded, ...]
    position: int


def order_from_log(  # noqa: PLR0913 - what `queries.order` is asked
    order_id: UUID,
    *,
    reader: Reader,
    only_of: UUID | None,
    version: int | None = None,
    as_of: datetime | None = None,
    expand: frozenset[str] = frozenset(),
) -> Answer:
    """Return the order folded from its events, as `queries.order` would."""
    folded = _fold(order_id, reader, only_of=only_of, version=version, as_of=as_of)
    card = directory.find(folded.row.customer_id)
    shown = _shown(folded.row, card) | {
        "notes": list(_notes(folded.events))[-NEWEST_NOTES:]
    }
    if "customer" in expand:
        named = {"customerId": card.customer_id, "name": card.name}
        shown["customer"] = {**named, "email": card.email}
    if "history" in expand:
        shown["history"] = list(map(of_history, folded.events))
    return Answer(
        body=json_of(shown),
        position=max(folded.position, card.position),
        source=SOURCE,
        age_ms=0,
        version=folded.row.version,
    )


def history_from_log(order_id: UUID, *, reader: Reader, only_of: UUID | None) -> Answer:
    """Return the order's events from the log, as `queries.history` would."""
    folded = _fold(order_id, reader, only_of=only_of)
    body = json_of(list(map(of_history, folded.events)))
    return Answer(body=body, position=folded.position, source=SOURCE, age_ms=0)


def _fold(
    order_id: UUID,
    reader: Reader,
    *,
    only_of: UUID | None,
    version: int | None = None,
    as_of: datetime | None = None,
) -> Folded:
    try:
        position = _proven(reader)
        events = feed.events_of(order_id)
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise NotYetConsistent(reader) from error
    rows = Rows()
    if events:
        # Of its own events it may show some that came after the proof.
        position = max(position, events[-1].position)
    until = tuple(_until(events, version, as_of))
    try:
        for recorded in until:
            apply(rows, recorded)
        _require_known(events, rows, only_of, version, position)
    except Unreadable as error:
        raise NotYetConsistent(reader) from error
    return Folded(row=rows.orders[order_id], events=until, position=position)


def _until(
    events: tuple[Recorded, ...], version: int | None, as_of: datetime | None
) -> Iterator[Recorded]:
    """Yield the events up to a version, and up to a time."""
    if version is not None:
        events = events[:version]
    return takewhile(lambda e: as_of is None or e.occurred_at <= as_of, events)


def _require_known(
    events: tuple[Recorded, ...],
    rows: Rows,
    only_of: UUID | None,
    version: int | None,
    position: int,
) -> None:
    placed = events[0].event if events else None
    if not isinstance(placed, OrderCreated) or (
        only_of not in (None, placed.customer_id)
    ):
        raise OrderNotFound(position=position, source=SOURCE)
    if not rows.orders or (version or 0) > len(events):
        raise VersionNotFound(position=position, source=SOURCE)


def _notes(events: tuple[Recorded, ...]) -> Iterator[dict[str, Any]]:
    """Yield the notes that are there still."""
    for recorded in events:
        event = recorded.event
        if isinstance(event, OrderNoteAdded) and event.told is not None:
            yield {
                "version": recorded.version,
                "at": recorded.occurred_at,
                "actor": recorded.actor,
                "note": event.told,
            }


def _proven(reader: Reader) -> int:
    """Return how far the log stands for good; a token beyond it waits for nobody."""
    if feed.head() < reader.at_least:
        raise NotYetConsistent(reader)
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
