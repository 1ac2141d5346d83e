"""What each event means for the tables of `orders`. No I/O, no clock."""

from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from orders_command.events import (
    CustomerDetailsChanged,
    CustomerErased,
    CustomerRegistered,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderEvent,
    OrderItemsAmended,
    OrderNoteAdded,
    OrderShipped,
    Recorded,
    Shipment,
)
from orders_command.wording import items, shown
from orders_query.projection.rows import (
    HistoryRow,
    OrderRow,
    Rows,
    TotalsRow,
    VersionRow,
    changed,
)

OPEN = frozenset({"PENDING", "CONFIRMED", "SHIPPED"})


class OutOfSequence(Exception):
    """An event does not follow the version that its order is at."""


def apply(rows: Rows, recorded: Recorded) -> None:
    """
    Bring the rows up to one more event.

    :raises OutOfSequence: if the event is not the next one of its order
    """
    match recorded.event:
        case CustomerRegistered() | CustomerDetailsChanged() | CustomerErased():
            _apply_to_customer(rows, recorded)
        case _:
            _apply_to_order(rows, recorded, recorded.event)


def _apply_to_customer(rows: Rows, recorded: Recorded) -> None:
    customer_id = recorded.stream_id
    totals = rows.totals.get(customer_id, TotalsRow(customer_id=customer_id))
    rows.totals[customer_id] = changed(totals, version=recorded.version)
    if not isinstance(recorded.event, CustomerRegistered):
        rows.renamed.add(customer_id)


def _apply_to_order(rows: Rows, recorded: Recorded, event: OrderEvent) -> None:
    before = rows.orders.get(recorded.stream_id)
    expected = 1 if before is None else before.version + 1
    if recorded.version != expected:
        raise OutOfSequence(
            f"Event {recorded.position} is version {recorded.version} of order "
            f"{recorded.stream_id}; version {expected} is next."
        )
    after = project(before, recorded, event)
    rows.orders[after.order_id] = after
    rows.counts[after.status] += 1
    if before is None:
        rows.created.add(after.order_id)
    else:
        rows.counts[before.status] -= 1
        rows.past.append(superseded(before, by=after))
    totals = rows.totals.get(
        after.customer_id, TotalsRow(customer_id=after.customer_id)
    )
    rows.totals[after.customer_id] = count(totals, before, after)
    rows.history.append(history_of(recorded, event, after))


def project(before: OrderRow | None, recorded: Recorded, event: OrderEvent) -> OrderRow:
    """Return the order's row after the event."""
    if isinstance(event, OrderCreated):
        return _created(recorded, event)
    if before is None:
        raise OutOfSequence(f"Event {recorded.position} is of an unknown order.")
    return changed(
        before,
        version=recorded.version,
        last_updated_at=recorded.occurred_at,
        **_news(event),
    )


def count(totals: TotalsRow, before: OrderRow | None, after: OrderRow) -> TotalsRow:
    """Return the customer's totals after one of its orders has changed."""
    value = dict(totals.lifetime)
    change = _value(after) - (_value(before) if before else 0)
    if before is None or change:
        # Adding to the currency's own zero keeps its digits: 0.00, not 0.
        value[after.currency] = value.get(after.currency, 0 * after.total) + change
    return changed(
        totals,
        order_count=totals.order_count + (before is None),
        open_orders=totals.open_orders
        + (after.status in OPEN)
        - (before is not None and before.status in OPEN),
        lifetime=value,
        first_order_at=_least(totals.first_order_at, after.created_at),
        last_order_at=_most(totals.last_order_at, after.created_at),
    )


def superseded(before: OrderRow, *, by: OrderRow) -> VersionRow:
    """Return the version that an order leaves behind, and for how long it stood."""
    return VersionRow(
        order_id=before.order_id,
        version=before.version,
        valid_from=before.last_updated_at,
        valid_until=max(before.last_updated_at, by.last_updated_at),
        item_count=before.item_count,
        total=before.total,
        status=before.status,
        last_updated_at=before.last_updated_at,
        carrier=before.carrier,
        tracking_number=before.tracking_number,
    )


def history_of(recorded: Recorded, event: OrderEvent, after: OrderRow) -> HistoryRow:
    """Return the event as it is shown in its order's history."""
    return HistoryRow(
        order_id=recorded.stream_id,
        version=recorded.version,
        position=recorded.position,
        type=type(event).__name__,
        at=recorded.occurred_at,
        actor=recorded.actor,
        data=shown(event),
        customer_id=after.customer_id,
        status=after.status,
        recorded_at=recorded.recorded_at,
    )


def _created(recorded: Recorded, event: OrderCreated) -> OrderRow:
    return OrderRow(
        order_id=recorded.stream_id,
        order_number=event.order_number,
        reference=event.reference,
        customer_id=event.customer_id,
        item_count=len(event.items),
        total=event.total,
        currency=event.currency,
        status="PENDING",
        version=recorded.version,
        created_at=recorded.occurred_at,
        last_updated_at=recorded.occurred_at,
        items=items(event.items),
        note_id=event.note_id,
    )


def _news(event: OrderEvent) -> dict[str, Any]:
    match event:
        case OrderItemsAmended():
            return {
                "item_count": len(event.items),
                "total": event.total,
                "items": items(event.items),
            }
        case OrderConfirmed():
            return {"status": "CONFIRMED"}
        case OrderShipped():
            return {"status": "SHIPPED", **vars(event.told or Shipment())}
        case OrderDelivered():
            return {"status": "DELIVERED"}
        case OrderCancelled():
            return {"status": "CANCELLED", "reason_id": event.reason_id}
        case OrderNoteAdded():
            return {}  # it is in the history
        case OrderCreated():
            raise OutOfSequence("An order is placed once.")
        case _:
            assert_never(event)


def _value(row: OrderRow) -> Decimal:
    return 0 * row.total if row.status == "CANCELLED" else row.total


def _least(known: datetime | None, new: datetime) -> datetime:
    return min(known, new) if known else new


def _most(known: datetime | None, new: datetime) -> datetime:
    return max(known, new) if known else new
